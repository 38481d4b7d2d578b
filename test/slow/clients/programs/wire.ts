/**
 * What the server's answers hold, written down by hand from F47: the types a generator makes
 * of the document are compared with these.
 */

/** Compiles only for true. */
export type Expect<Truth extends true> = Truth;

/** Whether two types are the same: `any`, `unknown`, `never` and an optional member are distinguished. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The names of the members that have such a type, or no real one: it should be none. */
export type Unreal<Types> = {
  [Name in keyof Types]: 0 extends 1 & Types[Name]
    ? Name
    : [Types[Name]] extends [never]
      ? Name
      : unknown extends Types[Name]
        ? Name
        : never;
}[keyof Types];

export type WireErrorCause = Omit<WireError, 'cause' | 'causes' | 'opaque'>;

export interface WireError {
  code: string;
  description: string;
  details: string;
  elaboration?: string;
  location?: string;
  cost?: string;
  cause?: WireErrorCause;
  causes?: WireErrorCause[];
  opaque?: { [key: string]: unknown };
}

export interface Failed {
  error: WireError;
}

export interface Done {
  success: boolean;
}

export interface One<Inventory> {
  success: boolean;
  inventory: Inventory;
  schema?: { [path: string]: string };
}

/** An answer to a query, without resources if only their number was requested. */
export interface Listed<Inventory> {
  success: boolean;
  inventories?: Inventory[];
  total?: number;
  schema?: { [path: string]: string };
}

/** An answer to a GET by uuid, whose list is always there (F22). */
export interface Found<Inventory> {
  success: boolean;
  inventories: Inventory[];
  schema?: { [path: string]: string };
}

export interface Accepted {
  location: string;
  apiTimeout: number;
}

export type Architecture = 'x86_64' | 'aarch64' | 'mips64el' | 'loongarch64';
export type ServiceType = 'Endpoint' | 'FineTune' | 'App' | 'ModelEval';
export type ServiceSource = 'Other' | 'Bentoml' | 'HuggingFace';
export type ResourceType =
  | 'ModelServiceVO'
  | 'ModelVO'
  | 'ModelCenterVO'
  | 'DatasetVO'
  | 'ModelServiceInstanceGroupVO';

export interface Ref {
  uuid: string;
  modelUuid: string;
  modelServiceUuid: string;
  isDefault: boolean;
}

export interface Image {
  uuid: string;
  modelServiceUuid: string;
  cpuArchitecture: Architecture;
  vmImageUuid?: string;
  dockerImage?: string;
  createDate: string;
  lastOpDate: string;
}

export interface Service {
  uuid: string;
  name: string;
  description?: string;
  readme?: string;
  yaml: string;
  requestCpu: number;
  requestMemory: number;
  modelCenterUuid: string;
  type: ServiceType;
  framework: string;
  source: ServiceSource;
  size: number;
  system: boolean;
  hasNewVersion: boolean;
  gpuComputeCapability?: string;
  installPath: string;
  pythonVersion?: string;
  condaVersion?: string;
  version?: string;
  startCommand: string;
  containerCommand?: string;
  containerArgs?: string;
  supportDistributed: boolean;
  cpuArchitectures: Architecture[];
  vendorToSpecUuidsMap: { [vendor: string]: string[] };
  modelServiceRefs: Ref[];
  modelServiceImages: Image[];
  createDate: string;
  lastOpDate: string;
}

export interface Model {
  uuid: string;
  name: string;
  description: string;
  installPath: string;
  parameters?: string;
  modelCenterUuid: string;
  logo?: string;
  vendor?: string;
  modelId: string;
  introduction?: string;
  size: number;
  version?: string;
  type: string;
  minGpuMemory?: number;
  recommendedGpuMemory?: number;
  recommendedGpuNum: number[];
  gpuConstraintDescription?: string;
  versionSemver?: string;
  isLatestVersion: boolean;
  artifactChecksum?: string;
  artifactSizeBytes?: number;
  architectureType?: string;
  frameworkVersion?: string;
  requiredAccelerator?: string;
  pipelineTag?: string;
  modelServiceRefs: Ref[];
  extraGpuMemRequest: number;
  SAMPLE_SIZE: number;
  createDate: string;
  lastOpDate: string;
}

export interface Center {
  uuid: string;
  name: string;
  description?: string;
  url: string;
  status: string;
  parameters?: string;
  managementIp: string;
  managementPort: number;
  storageNetworkUuid?: string;
  serviceNetworkUuid?: string;
  containerRegistry?: string;
  containerStorageNetwork?: string;
  containerNetwork?: string;
  capacity: {
    uuid: string;
    modelUsedCapacity: number;
    modelServiceUsedCapacity: number;
    datasetUsedCapacity: number;
    fineTuneUsedCapacity: number;
    modelEvaluationUsedCapacity: number;
    temporaryUsedCapacity: number;
    cacheUsedCapacity: number;
    totalCapacity: number;
    availableCapacity: number;
  };
  createDate: string;
  lastOpDate: string;
}

export interface Session {
  uuid: string;
  accountUuid: string;
  userUuid: string;
  expiredDate: string;
  createDate: string;
  noSessionEvaluation: boolean;
}

export interface UserTag {
  uuid: string;
  resourceUuid: string;
  resourceType: ResourceType;
  tag: string;
  type: string;
  createDate: string;
  lastOpDate: string;
}

export interface SystemTag extends Omit<UserTag, 'type'> {
  type: string;
  inherent: boolean;
}
