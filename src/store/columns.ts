import type {
  Hook,
  Job,
  ModelCenterFields,
  ModelFields,
  ModelServiceFields,
  ModelServiceImage,
  Session,
  Tag,
} from '../domain/records.ts';

/** A column for every stored field except keys, which each database declares; a missing column doesn't compile. */
type Columns<Stored, Key extends keyof Stored> = {
  [Field in Exclude<keyof Required<Stored>, Key>]: unknown;
};

/** Makes the columns of a database, NOT NULL unless they are optional. */
interface ColumnBuilders<Builder> {
  text: () => Builder;
  optionalText: () => Builder;
  /** A 64-bit integer; times are milliseconds since the epoch. */
  integer: (name?: string) => Builder;
  optionalInteger: () => Builder;
  flag: () => Builder;
  json: () => Builder;
}

/** The columns of each table that are the same in both databases: all but keys, positions and claims. */
export function sharedColumns<Builder>(make: ColumnBuilders<Builder>) {
  const { text, optionalText, integer, optionalInteger, flag, json } = make;
  return {
    modelServices: {
      name: text(),
      description: optionalText(),
      readme: optionalText(),
      yaml: text(),
      requestCpu: integer(),
      requestMemory: integer(),
      modelCenterUuid: text(),
      zoneUuid: optionalText(),
      type: text(),
      framework: text(),
      source: text(),
      size: integer(),
      system: flag(),
      hasNewVersion: flag(),
      gpuComputeCapability: optionalText(),
      installPath: text(),
      pythonVersion: optionalText(),
      condaVersion: optionalText(),
      version: optionalText(),
      startCommand: text(),
      containerCommand: optionalText(),
      containerArgs: optionalText(),
      supportDistributed: flag(),
      cpuArchitectures: json(),
      vendorToSpecUuidsMap: json(),
      tagUuids: json(),
      createDate: integer(),
      lastOpDate: integer(),
    } satisfies Columns<ModelServiceFields, 'uuid'>,
    models: {
      name: text(),
      description: text(),
      installPath: text(),
      parameters: optionalText(),
      modelCenterUuid: text(),
      token: optionalText(),
      logo: optionalText(),
      vendor: optionalText(),
      modelId: text(),
      introduction: optionalText(),
      size: integer(),
      version: optionalText(),
      type: text(),
      minGpuMemory: optionalInteger(),
      recommendedGpuMemory: optionalInteger(),
      recommendedGpuNum: json(),
      gpuConstraintDescription: optionalText(),
      versionSemver: optionalText(),
      isLatestVersion: flag(),
      artifactChecksum: optionalText(),
      artifactSizeBytes: optionalInteger(),
      architectureType: optionalText(),
      frameworkVersion: optionalText(),
      requiredAccelerator: optionalText(),
      pipelineTag: optionalText(),
      extraGpuMemRequest: integer(),
      SAMPLE_SIZE: integer('sample_size'),
      shareMode: optionalText(),
      modelClassifications: json(),
      tagUuids: json(),
      createDate: integer(),
      lastOpDate: integer(),
    } satisfies Columns<ModelFields, 'uuid'>,
    modelCenters: {
      name: text(),
      description: optionalText(),
      url: text(),
      status: text(),
      parameters: optionalText(),
      managementIp: text(),
      managementPort: integer(),
      zoneUuid: optionalText(),
      storageNetworkUuid: optionalText(),
      serviceNetworkUuid: optionalText(),
      containerRegistry: optionalText(),
      containerStorageNetwork: optionalText(),
      containerNetwork: optionalText(),
      tagUuids: json(),
      createDate: integer(),
      lastOpDate: integer(),
    } satisfies Columns<ModelCenterFields, 'uuid'>,
    modelServiceImages: {
      cpuArchitecture: text(),
      vmImageUuid: optionalText(),
      dockerImage: optionalText(),
      createDate: integer(),
      lastOpDate: integer(),
    } satisfies Columns<ModelServiceImage, 'uuid' | 'modelServiceUuid'>,
    tags: {
      resourceType: text(),
      tag: text(),
      type: text(),
      inherent: flag(),
      createDate: integer(),
      lastOpDate: integer(),
    } satisfies Columns<Tag, 'uuid' | 'resourceUuid'>,
    sessions: {
      accountUuid: text(),
      userUuid: text(),
      createDate: integer(),
      expiredDate: integer(),
    } satisfies Columns<Session, 'uuid'>,
    jobs: {
      operation: text(),
      createDate: integer(),
      success: flag(),
      outcome: json(),
    } satisfies Columns<Job, 'uuid'>,
    hooks: {
      url: text(),
      attempts: integer(),
      pending: flag(),
      failure: optionalText(),
    } satisfies Columns<Hook, 'jobUuid'>,
  };
}
