import type { EntityKind, HiddenOf, InventoryOf } from '../contract/schemas/fields.ts';
import type { OutcomeFields } from '../contract/schemas/model-service-instance-group.ts';
import type { ResourceType } from '../contract/schemas/resource.ts';
import type { SessionInventory } from '../contract/schemas/session.ts';
import { LONG_MAX } from '../contract/schemas/types.ts';

type TimeField = 'createDate' | 'lastOpDate' | 'expiredDate' | 'readyDate';

/**
 * What is stored of an inventory: its fields by the same names. Times are milliseconds since the epoch; an unset field
 * is null or absent.
 */
type Stored<Fields> = {
  [Field in keyof Fields]: Field extends TimeField
    ? number
    : Fields[Field] extends (infer Member extends { uuid: string })[]
      ? Stored<Member>[]
      : undefined extends Fields[Field]
        ? Fields[Field] | null
        : Fields[Field];
};

/** What is stored of a kind: the fields of its inventory, and those that are never returned. */
type StoredOf<Kind extends EntityKind> = Stored<InventoryOf<Kind> & HiddenOf<Kind>>;

export type ModelService = StoredOf<'ModelService'>;
export type ModelServiceRef = ModelService['modelServiceRefs'][number];
export type ModelServiceImage = ModelService['modelServiceImages'][number];
/** The service's own fields, as one row stores them: without its images and refs. */
export type ModelServiceFields = Omit<ModelService, 'modelServiceImages' | 'modelServiceRefs'>;

export type Model = StoredOf<'Model'>;
export type ModelFields = Omit<Model, 'modelServiceRefs'>;

/** The center's own fields, as one row stores them: without its capacity. */
export type ModelCenterFields = Omit<StoredOf<'ModelCenter'>, 'capacity'>;

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

export type Dataset = StoredOf<'Dataset'>;

/** The status that a deployment gets, and when; until then it is `Deploying` (F62). */
export type Outcome = Stored<OutcomeFields>;

type StoredGroup = StoredOf<'ModelServiceInstanceGroup'>;

/** An instance; its group has its yaml. */
export type ModelServiceInstance = Omit<StoredGroup['instances'][number], 'status' | 'yaml'> &
  Outcome;

type DatasetRef = StoredGroup['datasetRefInventories'][number];

/** That a group uses another one. */
export interface GroupRef {
  uuid: string;
  modelServiceInstanceGroupUuid: string;
  usedGroupUuid: string;
}

/** The group's own fields, as one row stores them. */
export type ModelServiceInstanceGroupFields = Omit<
  StoredGroup,
  'datasetRefInventories' | 'instances' | 'status' | 'supportMetrics'
>;

export type ModelServiceInstanceGroup = ModelServiceInstanceGroupFields & {
  instances: ModelServiceInstance[];
  datasetRefInventories: DatasetRef[];
  modelServiceGroupRefs: GroupRef[];
};

export type UserTag = StoredOf<'UserTag'>;
export type SystemTag = StoredOf<'SystemTag'>;
export type Tag = UserTag | SystemTag;

export type Session = Omit<Stored<SessionInventory>, 'noSessionEvaluation'>;

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

/** A job with its hook, whose fields are null if it has none; a success is listed without its outcome. */
export type ListedJob = Job & { [Field in keyof Omit<Hook, 'jobUuid'>]: Hook[Field] | null };

/** The stored form of each kind of entity. */
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

/** Creates a service's images from parameters or from another service's, with new uuids and dates. */
export function createServiceImages(
  images: readonly Pick<ModelServiceImage, 'cpuArchitecture' | 'vmImageUuid' | 'dockerImage'>[],
  modelServiceUuid: string,
  now: number,
  { newUuid }: UuidSource,
): ModelServiceImage[] {
  return images.map((image) => ({
    ...image,
    uuid: newUuid(),
    modelServiceUuid,
    createDate: now,
    lastOpDate: now,
  }));
}

/** The architectures of a service, each once: those given, then those of its images (F12). */
export function architecturesOf(
  images: readonly Pick<ModelServiceImage, 'cpuArchitecture'>[],
  given: ModelService['cpuArchitectures'] = [],
): ModelService['cpuArchitectures'] {
  return [...new Set([...given, ...images.map(({ cpuArchitecture }) => cpuArchitecture)])];
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

/** Creates the binding of a model to a service. */
export function newRef(
  modelUuid: string,
  modelServiceUuid: string,
  { newUuid }: UuidSource,
  isDefault = false,
): ModelServiceRef {
  return { uuid: newUuid(), modelUuid, modelServiceUuid, isDefault };
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
  datasetUuids: readonly string[] = [],
  groupUuids: readonly string[] = [],
  { newUuid }: UuidSource,
) {
  const newUse = () => ({ uuid: newUuid(), modelServiceInstanceGroupUuid });
  return {
    datasetRefInventories: [...new Set(datasetUuids)].map(
      (datasetUuid): DatasetRef => ({ ...newUse(), datasetUuid }),
    ),
    modelServiceGroupRefs: [...new Set(groupUuids)].map(
      (usedGroupUuid): GroupRef => ({ ...newUse(), usedGroupUuid }),
    ),
  };
}

/** Creates a tag of a resource. */
export function newTag(
  type: Tag['type'],
  { resourceType, resourceUuid, tag }: Pick<Tag, 'resourceType' | 'resourceUuid' | 'tag'>,
  now: number,
  { newUuid }: UuidSource,
): Tag {
  return {
    uuid: newUuid(),
    resourceUuid,
    resourceType,
    tag,
    type,
    inherent: false,
    createDate: now,
    lastOpDate: now,
  } as Tag;
}

/** Creates the tags that a write attaches to a resource, system tags first. */
export function createTags(
  { systemTags, userTags }: { systemTags: readonly string[]; userTags: readonly string[] },
  resourceType: ResourceType,
  resourceUuid: string,
  now: number,
  uuids: UuidSource,
): Tag[] {
  const create = (type: Tag['type'], texts: readonly string[]) =>
    texts.map((tag) => newTag(type, { resourceType, resourceUuid, tag }, now, uuids));
  return [...create('System', systemTags), ...create('User', userTags)];
}
