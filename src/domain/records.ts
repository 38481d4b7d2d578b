import type { ModelInventory } from '../contract/schemas/model.ts';
import type { ModelCenterInventory } from '../contract/schemas/model-center.ts';
import type {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/schemas/model-service.ts';
import type { SessionInventory } from '../contract/schemas/session.ts';
import type { SystemTagInventory, UserTagInventory } from '../contract/schemas/tag.ts';

/**
 * What is kept of a resource: its inventory's fields by the same names, so that a new field needs no
 * word here. Times are milliseconds since the epoch; what is unset is null or absent.
 */
type Stored<Inventory> = {
  [Field in keyof Inventory]: Field extends 'createDate' | 'lastOpDate' | 'expiredDate'
    ? number
    : undefined extends Inventory[Field]
      ? Inventory[Field] | null
      : Inventory[Field];
};

export type ModelServiceRef = Stored<ModelServiceRefInventory>;
export type ModelServiceImage = Stored<ModelServiceImageInventory>;

/** The service's own fields, as one row keeps them: without its images and refs. */
export type ModelServiceFields = Omit<
  Stored<ModelServiceInventory>,
  'modelServiceImages' | 'modelServiceRefs'
> & {
  /** Kept, never returned (F27). */
  zoneUuid?: string | null;
  /** Kept, never returned (F27). */
  tagUuids: string[];
};

export type ModelService = ModelServiceFields & {
  modelServiceImages: ModelServiceImage[];
  modelServiceRefs: ModelServiceRef[];
};

export type ModelFields = Omit<Stored<ModelInventory>, 'modelServiceRefs'> & {
  /** Kept, never returned nor logged (F27). */
  token?: string | null;
  /** Kept, never returned (F27). */
  shareMode?: string | null;
  /** Kept, never returned nor logged (F27). */
  modelClassifications: string[];
  /** Kept, never returned (F27). */
  tagUuids: string[];
};

export type Model = ModelFields & { modelServiceRefs: ModelServiceRef[] };

/** The center's own fields, as one row keeps them: without what its models and services add up to. */
export type ModelCenterFields = Omit<Stored<ModelCenterInventory>, 'capacity'> & {
  /** Kept, never returned (F27). */
  zoneUuid?: string | null;
  /** Kept, never returned (F27). */
  tagUuids: string[];
};

/** The sums of the sizes of what names the center; a sum beyond a Long is the largest Long. */
export interface UsedCapacity {
  modelUsedCapacity: number;
  modelServiceUsedCapacity: number;
}

export type ModelCenter = ModelCenterFields & UsedCapacity;

export type UserTag = Stored<UserTagInventory> & { inherent: boolean };
export type SystemTag = Stored<SystemTagInventory>;
export type Tag = UserTag | SystemTag;

export type Session = Omit<Stored<SessionInventory>, 'noSessionEvaluation'>;

/** A record without what is kept but never told. */
export type PublicView<Record> = Omit<
  Record,
  'modelClassifications' | 'shareMode' | 'tagUuids' | 'token' | 'zoneUuid'
>;

/** Everything that a seed holds. */
export interface Resources {
  modelCenters: ModelCenterFields[];
  models: ModelFields[];
  modelServices: (ModelServiceFields & { modelServiceImages: ModelServiceImage[] })[];
  modelServiceRefs: ModelServiceRef[];
  userTags: UserTag[];
  systemTags: SystemTag[];
}

/** A job as a request asks for it. It ends as it begins: within the transaction of its write. */
export interface NewJob {
  uuid: string;
  /** ZStack's name of the operation. */
  operation: string;
  createDate: number;
  /** What to call when it has ended. */
  hookUrl?: string | undefined;
}

/** A job that has ended. */
export interface Job {
  uuid: string;
  operation: string;
  createDate: number;
  success: boolean;
  /** The operation's result, or the body of its failure. */
  outcome: object;
}

/** A call that a client has asked for when its job ends (F56). */
export interface Hook {
  jobUuid: string;
  url: string;
  /** How often it was tried. */
  attempts: number;
  /** Whether it is still to be tried; else it was delivered, or given up. */
  pending: boolean;
  /** Why the last attempt failed; null when it didn't, or none was made. */
  failure: string | null;
}

/** What can be queried, by its name in the operations' names. */
export interface Records {
  ModelService: ModelService;
  Model: Model;
  ModelCenter: ModelCenter;
  UserTag: UserTag;
  SystemTag: SystemTag;
}
