import type { DatasetInventory } from '../contract/schemas/dataset.ts';
import type { EntityKind } from '../contract/schemas/fields.ts';
import type { ModelInventory } from '../contract/schemas/model.ts';
import type { ModelCenterInventory } from '../contract/schemas/model-center.ts';
import type {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/schemas/model-service.ts';
import type { DeploymentParameters } from '../contract/schemas/model-service-instance-group.ts';
import type { ResourceType } from '../contract/schemas/resource.ts';
import type { SessionInventory } from '../contract/schemas/session.ts';
import type { SystemTagInventory, UserTagInventory } from '../contract/schemas/tag.ts';
import { LONG_MAX } from '../contract/schemas/types.ts';
import type { DatasetRef, GroupRef, ModelServiceInstanceGroup } from './deployment-records.ts';
import type { Stored } from './stored.ts';

export type ModelServiceRef = Stored<ModelServiceRefInventory>;
export type ModelServiceImage = Stored<ModelServiceImageInventory>;

/** The service's own fields, as one row stores them: without its images and refs. */
export type ModelServiceFields = Omit<
  Stored<ModelServiceInventory>,
  'modelServiceImages' | 'modelServiceRefs'
> & {
  /** Stored, never returned (F27). */
  zoneUuid?: string | null;
  /** Stored, never returned (F27). */
  tagUuids: string[];
};

export type ModelService = ModelServiceFields & {
  modelServiceImages: ModelServiceImage[];
  modelServiceRefs: ModelServiceRef[];
};

export type ModelFields = Omit<Stored<ModelInventory>, 'modelServiceRefs'> & {
  /** Stored, never returned nor logged (F27). */
  token?: string | null;
  /** Stored, never returned (F27). */
  shareMode?: string | null;
  /** Stored, never returned nor logged (F27). */
  modelClassifications: string[];
  /** Stored, never returned (F27). */
  tagUuids: string[];
};

export type Model = ModelFields & { modelServiceRefs: ModelServiceRef[] };

/** The center's own fields, as one row stores them: without its capacity. */
export type ModelCenterFields = Omit<Stored<ModelCenterInventory>, 'capacity'> & {
  /** Stored, never returned (F27). */
  zoneUuid?: string | null;
  /** Stored, never returned (F27). */
  tagUuids: string[];
};

/** The sums of a center's capacity, each with the kind whose sizes it adds up, at most to the largest Long. */
export const usedCapacities = {
  modelUsedCapacity: 'Model',
  modelServiceUsedCapacity: 'ModelService',
  datasetUsedCapacity: 'Dataset',
} as const;

export type UsedCapacity = { [Sum in keyof typeof usedCapacities]: number };

export type ModelCenter = ModelCenterFields & UsedCapacity;

/** The kinds that go with their center (F24), with their names in sentences. */
export const centerContents = [
  { kind: 'Model', name: 'model' },
  { kind: 'Dataset', name: 'dataset' },
] as const;

export type Dataset = Stored<DatasetInventory> & {
  /** Stored, never returned nor logged (F62). */
  token?: string | null;
  /** Stored, never returned (F62). */
  usageScenarios: string[];
  /** Stored, never returned (F62). */
  dataType?: string | null;
  /** Stored, never returned (F62). */
  tagUuids: string[];
};

export type UserTag = Stored<UserTagInventory> & { inherent: boolean };
export type SystemTag = Stored<SystemTagInventory>;
export type Tag = UserTag | SystemTag;

export type Session = Omit<Stored<SessionInventory>, 'noSessionEvaluation'>;

/** A record without the fields that are never returned. */
export type PublicView<Record> = Omit<
  Record,
  | 'dataType'
  | 'modelServiceGroupRefs'
  | 'modelClassifications'
  | 'shareMode'
  | 'tagUuids'
  | 'token'
  | 'usageScenarios'
  | keyof DeploymentParameters
>;

/** The resources of a seed. */
export interface Resources {
  modelCenters: ModelCenterFields[];
  models: ModelFields[];
  modelServices: (ModelServiceFields & { modelServiceImages: ModelServiceImage[] })[];
  modelServiceRefs: ModelServiceRef[];
  datasets: Dataset[];
  modelServiceInstanceGroups: ModelServiceInstanceGroup[];
  userTags: UserTag[];
  systemTags: SystemTag[];
}

/** A job as it is requested. It is stored, as ended, in the transaction of its operation's write. */
export interface NewJob {
  uuid: string;
  /** ZStack's name of the operation. */
  operation: string;
  createDate: number;
  /** The URL to call when the job has ended. */
  hookUrl?: string | undefined;
}

/** A job that has ended. */
export interface Job {
  uuid: string;
  operation: string;
  createDate: number;
  success: boolean;
  /** The operation's result, or the body of its error. */
  outcome: object;
}

/** A call that a client requested for the end of its job (F56). */
export interface Hook {
  jobUuid: string;
  url: string;
  /** Number of attempts so far. */
  attempts: number;
  /** Whether further attempts follow; otherwise it was delivered or given up. */
  pending: boolean;
  /** Why the last attempt failed; null if it succeeded or none was made. */
  failure: string | null;
}

/** The stored form of each kind of resource. */
export interface Records {
  ModelService: ModelService;
  Model: Model;
  ModelCenter: ModelCenter;
  Dataset: Dataset;
  ModelServiceInstanceGroup: ModelServiceInstanceGroup;
  UserTag: UserTag;
  SystemTag: SystemTag;
}

/** A resource as it is added or changed: without what the store adds up. */
export type ResourceFields<Kind extends EntityKind> = Omit<Records[Kind], keyof UsedCapacity>;

/** Where a center stores a dataset; null if the center isn't known (F62). */
export function datasetPath(
  center: Partial<ModelCenterFields> | undefined,
  uuid: string,
): string | null {
  return center?.url === undefined ? null : `${center.url}/datasets/${uuid}`;
}

interface UuidSource {
  newUuid: () => string;
}

type Architecture = ModelServiceImage['cpuArchitecture'];

/** The fields of an image that do not depend on its service. */
type Image = Pick<ModelServiceImage, 'vmImageUuid' | 'dockerImage'> & { cpuArchitecture: string };

/** Creates a service's images from parameters or from another service's, with new uuids and dates. */
export function createServiceImages(
  images: readonly Image[],
  modelServiceUuid: string,
  now: number,
  { newUuid }: UuidSource,
): ModelServiceImage[] {
  return images.map((image) => ({
    ...image,
    cpuArchitecture: image.cpuArchitecture as Architecture,
    uuid: newUuid(),
    modelServiceUuid,
    createDate: now,
    lastOpDate: now,
  }));
}

/** Removes duplicates and keeps the order (F12). */
export function distinctArchitectures(
  architectures: readonly string[],
): ModelService['cpuArchitectures'] {
  return [...new Set(architectures)] as Architecture[];
}

/** The architectures of a service for which none were given (F12). */
export function architecturesOf(images: readonly ModelServiceImage[]) {
  return distinctArchitectures(images.map(({ cpuArchitecture }) => cpuArchitecture));
}

/** Sets the memory that a model of known size needs, unless it is given (F27). */
export function withGpuMemory<
  Fields extends Pick<ModelFields, 'size' | 'extraGpuMemRequest'> & Partial<ModelFields>,
>(model: Fields): Fields {
  const sum = model.size + model.extraGpuMemRequest;
  if (model.size > 0 && sum <= LONG_MAX) {
    model.minGpuMemory ??= sum;
    model.recommendedGpuMemory ??= sum;
  }
  return model;
}

type Versioned = Partial<ModelServiceFields> & Pick<ModelServiceFields, 'type' | 'installPath'>;

/** The version in the last segment of an app's path, such as `/apps/dify_1.11.1` (F28). */
function appVersion({ type, installPath }: Versioned): string | null {
  const [, version = null] = /_(\d+\.\d[^_/]*)$/.exec(installPath) ?? [];
  return type === 'App' ? version : null;
}

/**
 * Sets the version of an app, unless another one was given (F28).
 * @param former the service before an update, or the one that was cloned
 */
export function withVersion<Fields extends Versioned>(
  service: Fields,
  former: Versioned = service,
): Fields {
  const isGiven = (former.version ?? null) !== null && former.version !== appVersion(former);
  if (!isGiven) service.version = appVersion(service);
  return service;
}

/** Creates a group's uses of datasets and other groups, each once. */
export function createUses(
  modelServiceInstanceGroupUuid: string,
  datasetUuids: readonly string[],
  groupUuids: readonly string[],
  { newUuid }: UuidSource,
) {
  const newRef = () => ({ uuid: newUuid(), modelServiceInstanceGroupUuid });
  return {
    datasetRefInventories: [...new Set(datasetUuids)].map(
      (datasetUuid): DatasetRef => ({ ...newRef(), datasetUuid }),
    ),
    modelServiceGroupRefs: [...new Set(groupUuids)].map(
      (usedGroupUuid): GroupRef => ({ ...newRef(), usedGroupUuid }),
    ),
  };
}

/** Creates a tag of a resource. */
export function newTag<Type extends Tag['type']>(
  type: Type,
  { resourceType, resourceUuid, tag }: Pick<Tag, 'resourceType' | 'resourceUuid' | 'tag'>,
  now: number,
  { newUuid }: UuidSource,
) {
  return {
    uuid: newUuid(),
    resourceUuid,
    resourceType,
    tag,
    type,
    inherent: false,
    createDate: now,
    lastOpDate: now,
  };
}

/** Creates the tags that a write attaches to a resource, system tags first. */
export function createTags(
  { systemTags, userTags }: { systemTags: readonly string[]; userTags: readonly string[] },
  resourceType: ResourceType,
  resourceUuid: string,
  now: number,
  uuids: UuidSource,
): Tag[] {
  const create = <Type extends Tag['type']>(type: Type, texts: readonly string[]) =>
    texts.map((tag) => newTag(type, { resourceType, resourceUuid, tag }, now, uuids));
  return [...create('System', systemTags), ...create('User', userTags)];
}
