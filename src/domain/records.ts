import type { ModelInventory } from '../contract/model.ts';
import type {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/model-service.ts';
import type { ResourceType } from '../contract/resource.ts';

/**
 * What is kept of a resource: its inventory's fields by the same names, so that a new field needs no
 * word here. Times are milliseconds since the epoch; what is unset is null or absent.
 */
type Kept<Inventory> = {
  [Field in keyof Inventory]: Field extends 'createDate' | 'lastOpDate'
    ? number
    : undefined extends Inventory[Field]
      ? Inventory[Field] | null
      : Inventory[Field];
};

export type ModelServiceRef = Kept<ModelServiceRefInventory>;
export type ModelServiceImage = Kept<ModelServiceImageInventory>;

/** The service's own fields, as one row keeps them: without its images and refs. */
export type ModelServiceFields = Omit<
  Kept<ModelServiceInventory>,
  'modelServiceImages' | 'modelServiceRefs'
> & {
  /** Kept, never returned (decision 27). */
  zoneUuid?: string | null;
  /** Kept, never returned (decision 27). */
  tagUuids: string[];
};

export type ModelService = ModelServiceFields & {
  modelServiceImages: ModelServiceImage[];
  modelServiceRefs: ModelServiceRef[];
};

export type ModelFields = Omit<Kept<ModelInventory>, 'modelServiceRefs'> & {
  /** Kept, never returned nor logged (decision 27). */
  token?: string | null;
  /** Kept, never returned (decision 27). */
  shareMode?: string | null;
  /** Kept, never returned (decision 27). */
  tagUuids: string[];
};

export type Model = ModelFields & { modelServiceRefs: ModelServiceRef[] };

export interface Tag {
  uuid: string;
  resourceUuid: string;
  resourceType: ResourceType;
  tag: string;
  type: 'User' | 'System';
  createDate: number;
  lastOpDate: number;
}

export interface Session {
  uuid: string;
  accountUuid: string;
  userUuid: string;
  createDate: number;
  expiredDate: number;
}
