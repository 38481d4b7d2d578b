import type { DatasetInventory } from '../contract/schemas/dataset.ts';
import { type EntityKind, queryableEntities } from '../contract/schemas/fields.ts';
import type { ModelInventory } from '../contract/schemas/model.ts';
import type {
  ModelCenterCapacityInventory,
  ModelCenterInventory,
} from '../contract/schemas/model-center.ts';
import type {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/schemas/model-service.ts';
import {
  DEPLOYING,
  ModelServiceGroupDatasetRefInventory,
  ModelServiceInstanceGroupInventory,
  ModelServiceInstanceInventory,
} from '../contract/schemas/model-service-instance-group.ts';
import type { SessionInventory } from '../contract/schemas/session.ts';
import type { SystemTagInventory, UserTagInventory } from '../contract/schemas/tag.ts';
import { type FieldOptions, Time } from '../contract/schemas/types.ts';
import type { ModelServiceInstanceGroup, Outcome } from './deployment-records.ts';
import type {
  Dataset,
  Model,
  ModelCenter,
  ModelService,
  ModelServiceImage,
  ModelServiceRef,
  PublicView,
  Records,
  Session,
  SystemTag,
  Tag,
} from './records.ts';

type FormatDate = (milliseconds: number) => string;

/**
 * An inventory of which every member is written, in the order of the wire, so that a forgotten one does
 * not compile. An unset member is undefined, which JSON omits (F3).
 */
type Complete<Inventory> = { [Field in keyof Required<Inventory>]: Inventory[Field] };

/** Maps a stored service to its API representation. */
export function modelServiceInventory(
  service: PublicView<ModelService>,
  formatDate: FormatDate,
): ModelServiceInventory {
  return {
    uuid: service.uuid,
    name: service.name,
    description: service.description ?? undefined,
    readme: service.readme ?? undefined,
    yaml: service.yaml,
    requestCpu: service.requestCpu,
    requestMemory: service.requestMemory,
    modelCenterUuid: service.modelCenterUuid,
    type: service.type,
    framework: service.framework,
    source: service.source,
    size: service.size,
    system: service.system,
    hasNewVersion: service.hasNewVersion,
    gpuComputeCapability: service.gpuComputeCapability ?? undefined,
    installPath: service.installPath,
    pythonVersion: service.pythonVersion ?? undefined,
    condaVersion: service.condaVersion ?? undefined,
    version: service.version ?? undefined,
    startCommand: service.startCommand,
    containerCommand: service.containerCommand ?? undefined,
    containerArgs: service.containerArgs ?? undefined,
    supportDistributed: service.supportDistributed,
    cpuArchitectures: service.cpuArchitectures,
    vendorToSpecUuidsMap: service.vendorToSpecUuidsMap,
    modelServiceRefs: service.modelServiceRefs.map(refInventory),
    modelServiceImages: service.modelServiceImages.map((image) =>
      imageInventory(image, formatDate),
    ),
    createDate: formatDate(service.createDate),
    lastOpDate: formatDate(service.lastOpDate),
  } satisfies Complete<ModelServiceInventory> as ModelServiceInventory;
}

function refInventory(ref: ModelServiceRef): ModelServiceRefInventory {
  return {
    uuid: ref.uuid,
    modelUuid: ref.modelUuid,
    modelServiceUuid: ref.modelServiceUuid,
    isDefault: ref.isDefault,
  } satisfies Complete<ModelServiceRefInventory> as ModelServiceRefInventory;
}

function imageInventory(
  image: ModelServiceImage,
  formatDate: FormatDate,
): ModelServiceImageInventory {
  return {
    uuid: image.uuid,
    modelServiceUuid: image.modelServiceUuid,
    cpuArchitecture: image.cpuArchitecture,
    vmImageUuid: image.vmImageUuid ?? undefined,
    dockerImage: image.dockerImage ?? undefined,
    createDate: formatDate(image.createDate),
    lastOpDate: formatDate(image.lastOpDate),
  } satisfies Complete<ModelServiceImageInventory> as ModelServiceImageInventory;
}

/** Maps a stored model to its API representation. */
export function modelInventory(model: PublicView<Model>, formatDate: FormatDate): ModelInventory {
  return {
    uuid: model.uuid,
    name: model.name,
    description: model.description,
    installPath: model.installPath,
    parameters: model.parameters ?? undefined,
    modelCenterUuid: model.modelCenterUuid,
    logo: model.logo ?? undefined,
    vendor: model.vendor ?? undefined,
    modelId: model.modelId,
    introduction: model.introduction ?? undefined,
    size: model.size,
    version: model.version ?? undefined,
    type: model.type,
    minGpuMemory: model.minGpuMemory ?? undefined,
    recommendedGpuMemory: model.recommendedGpuMemory ?? undefined,
    recommendedGpuNum: model.recommendedGpuNum,
    gpuConstraintDescription: model.gpuConstraintDescription ?? undefined,
    versionSemver: model.versionSemver ?? undefined,
    isLatestVersion: model.isLatestVersion,
    artifactChecksum: model.artifactChecksum ?? undefined,
    artifactSizeBytes: model.artifactSizeBytes ?? undefined,
    architectureType: model.architectureType ?? undefined,
    frameworkVersion: model.frameworkVersion ?? undefined,
    requiredAccelerator: model.requiredAccelerator ?? undefined,
    pipelineTag: model.pipelineTag ?? undefined,
    modelServiceRefs: model.modelServiceRefs.map(refInventory),
    extraGpuMemRequest: model.extraGpuMemRequest,
    SAMPLE_SIZE: model.SAMPLE_SIZE,
    createDate: formatDate(model.createDate),
    lastOpDate: formatDate(model.lastOpDate),
  } satisfies Complete<ModelInventory> as ModelInventory;
}

/** Maps a stored center to its API representation. */
export function modelCenterInventory(
  center: PublicView<ModelCenter>,
  formatDate: FormatDate,
): ModelCenterInventory {
  return {
    uuid: center.uuid,
    name: center.name,
    description: center.description ?? undefined,
    url: center.url,
    status: center.status,
    parameters: center.parameters ?? undefined,
    managementIp: center.managementIp,
    managementPort: center.managementPort,
    storageNetworkUuid: center.storageNetworkUuid ?? undefined,
    serviceNetworkUuid: center.serviceNetworkUuid ?? undefined,
    containerRegistry: center.containerRegistry ?? undefined,
    containerStorageNetwork: center.containerStorageNetwork ?? undefined,
    containerNetwork: center.containerNetwork ?? undefined,
    capacity: capacityInventory(center),
    createDate: formatDate(center.createDate),
    lastOpDate: formatDate(center.lastOpDate),
  } satisfies Complete<ModelCenterInventory> as ModelCenterInventory;
}

function capacityInventory(center: PublicView<ModelCenter>): ModelCenterCapacityInventory {
  return {
    uuid: center.uuid,
    modelUsedCapacity: center.modelUsedCapacity,
    modelServiceUsedCapacity: center.modelServiceUsedCapacity,
    datasetUsedCapacity: center.datasetUsedCapacity,
    fineTuneUsedCapacity: 0,
    modelEvaluationUsedCapacity: 0,
    temporaryUsedCapacity: 0,
    cacheUsedCapacity: 0,
    totalCapacity: 0,
    availableCapacity: 0,
  } satisfies Complete<ModelCenterCapacityInventory> as ModelCenterCapacityInventory;
}

/** Maps a stored dataset to its API representation. */
export function datasetInventory(
  dataset: PublicView<Dataset>,
  formatDate: FormatDate,
): DatasetInventory {
  return {
    uuid: dataset.uuid,
    name: dataset.name,
    description: dataset.description ?? undefined,
    url: dataset.url,
    installPath: dataset.installPath ?? undefined,
    modelCenterUuid: dataset.modelCenterUuid,
    size: dataset.size,
    system: dataset.system,
    createDate: formatDate(dataset.createDate),
    lastOpDate: formatDate(dataset.lastOpDate),
  } satisfies Complete<DatasetInventory> as DatasetInventory;
}

/**
 * Maps a stored group to its API representation.
 * @param now milliseconds since the epoch
 */
export function modelServiceInstanceGroupInventory(
  group: PublicView<ModelServiceInstanceGroup>,
  formatDate: FormatDate,
  now: number,
): ModelServiceInstanceGroupInventory {
  const instances = group.instances.map((instance) => {
    const url = instance.readyDate <= now ? instance.url : null;
    const shown = { ...instance, yaml: group.yaml, status: statusAt(now, instance), url };
    return toMembers(ModelServiceInstanceInventory, shown, formatDate);
  });
  const datasetRefInventories = group.datasetRefInventories.map((ref) =>
    toMembers(ModelServiceGroupDatasetRefInventory, ref, formatDate),
  );
  const status = statusAt(now, group);
  const shown = { ...group, instances, datasetRefInventories, status, supportMetrics: [] };
  return toMembers(ModelServiceInstanceGroupInventory, shown, formatDate) as never;
}

/** The status of a deployment at a time, in milliseconds since the epoch. */
function statusAt(now: number, { outcome, readyDate }: Outcome): string {
  return readyDate <= now ? outcome : DEPLOYING;
}

/** Maps a stored session to its API representation. */
export function sessionInventory(session: Session, formatDate: FormatDate): SessionInventory {
  return {
    uuid: session.uuid,
    accountUuid: session.accountUuid,
    userUuid: session.userUuid,
    expiredDate: formatDate(session.expiredDate),
    createDate: formatDate(session.createDate),
    noSessionEvaluation: false,
  } satisfies Complete<SessionInventory> as SessionInventory;
}

/** Maps a stored tag to its API representation; only that of a system tag has `inherent`. */
export function tagInventory<Stored extends Tag>(
  tag: Stored,
  formatDate: FormatDate,
): Stored extends SystemTag ? SystemTagInventory : UserTagInventory {
  return {
    uuid: tag.uuid,
    resourceUuid: tag.resourceUuid,
    resourceType: tag.resourceType,
    tag: tag.tag,
    type: tag.type,
    createDate: formatDate(tag.createDate),
    lastOpDate: formatDate(tag.lastOpDate),
    inherent: tag.type === 'System' ? tag.inherent : undefined,
  } satisfies Record<keyof SystemTagInventory, unknown> as never;
}

const toInventoryByKind: Record<
  EntityKind,
  (record: never, formatDate: FormatDate, now: number) => unknown
> = {
  ModelService: modelServiceInventory,
  Model: modelInventory,
  ModelCenter: modelCenterInventory,
  Dataset: datasetInventory,
  ModelServiceInstanceGroup: modelServiceInstanceGroupInventory,
  UserTag: tagInventory,
  SystemTag: tagInventory,
};

/**
 * Maps a stored resource of any kind to its API representation.
 * @param now milliseconds since the epoch
 * @param fields the scalar fields that were requested, of which null ones are omitted; all by default
 */
export function toInventory(
  kind: EntityKind,
  record: Partial<Records[EntityKind]>,
  formatDate: FormatDate,
  now: number,
  fields?: readonly string[],
): unknown {
  if (!fields) return toInventoryByKind[kind](record as never, formatDate, now);
  const inventory = queryableEntities[kind].inventory;
  const status = 'outcome' in record && { status: statusAt(now, record as Outcome) };
  return toMembers(inventory, { ...record, ...status }, formatDate, fields);
}

/** The members of an inventory that are set, or those of these names, in the order of the wire. */
function toMembers(
  { properties }: { properties: Record<string, FieldOptions> },
  stored: Record<string, unknown>,
  formatDate: FormatDate,
  names = Object.keys(properties) as readonly string[],
): object {
  const members = Object.entries(properties)
    .filter(([name]) => names.includes(name) && (stored[name] ?? null) !== null)
    .map(([name, { [Time]: isTime }]) => [
      name,
      isTime ? formatDate(stored[name] as number) : stored[name],
    ]);
  return Object.fromEntries(members);
}
