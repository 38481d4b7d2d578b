import type { OperationName } from '../../src/contract/operations.ts';
import {
  architectureImages,
  boolean,
  cpuArchitectures,
  datasetChanges,
  datasetStructs,
  gpuNumbers,
  integer,
  integerFrom,
  long,
  type Parameters,
  port,
  ports,
  resourceUuid,
  TEXT_MAX,
  text,
  textInBytes,
  textMap,
  texts,
  urlPath,
  uuids,
  vendorMap,
  verbatim,
  word,
} from './parameters.ts';

/** The parameters of an operation, written by hand from F46, in the order of the checks. */
interface ParametersOf {
  required: Parameters;
  optional: Parameters;
}

const tag = {
  required: {
    resourceType: word('ModelServiceVO', 'ModelVO', 'ModelCenterVO', 'DatasetVO'),
    resourceUuid: text(255),
    tag: verbatim(4096),
  },
  optional: {},
};

export const contractParameters = {
  AddModelService: {
    required: {
      name: text(255),
      yaml: verbatim(TEXT_MAX),
      requestCpu: integer,
      requestMemory: long(0),
      modelCenterUuid: text(255),
      installPath: text(512),
      startCommand: text(1024),
    },
    optional: {
      description: text(2048),
      zoneUuid: text(255),
      gpuComputeCapability: text(32),
      system: boolean,
      pythonVersion: text(32),
      condaVersion: text(32),
      type: word('Endpoint', 'FineTune', 'ModelEval', 'App'),
      source: word('Other', 'Bentoml', 'HuggingFace'),
      framework: text(255),
      modelUuids: uuids,
      architectureImages,
      supportDistributed: boolean,
      containerCommand: textInBytes(text),
      containerArgs: textInBytes(text),
      vendorToSpecUuidsMap: vendorMap,
      resourceUuid,
      tagUuids: uuids,
    },
  },
  UpdateModelService: {
    required: {},
    optional: {
      name: text(255),
      description: text(2048),
      yaml: verbatim(TEXT_MAX),
      requestCpu: integer,
      requestMemory: long(0),
      gpuComputeCapability: text(32),
      startCommand: text(1024),
      pythonVersion: text(32),
      type: word('Endpoint', 'FineTune', 'App', 'ModelEval'),
      framework: text(255),
      source: word('Other', 'Bentoml', 'HuggingFace'),
      architectureImages,
      supportDistributed: boolean,
      environmentParameters: textMap,
      startupParameters: textMap,
      inferenceParams: textMap,
      serviceName: text(4096),
      servicePorts: ports,
      serviceLivez: urlPath,
      serviceReadyz: urlPath,
      serviceBootupTime: port,
      serviceInstallPath: text(4096),
      serviceStartCommand: text(4096),
      containerCommand: textInBytes(text),
      containerArgs: textInBytes(text),
      vendorToSpecUuidsMap: vendorMap,
    },
  },
  CloneModelService: {
    required: {},
    optional: {
      name: text(255),
      description: text(2048),
      readme: textInBytes(verbatim),
      size: long(0),
      gpuComputeCapability: text(32),
      installPath: text(512),
      startCommand: text(1024),
      pythonVersion: text(32),
      condaVersion: text(32),
      system: boolean,
      type: word('Endpoint', 'FineTune', 'App', 'ModelEval'),
      yaml: verbatim(TEXT_MAX),
      source: word('Other', 'Bentoml', 'HuggingFace'),
      framework: text(255),
      requestCpu: integer,
      requestMemory: long(0),
      resourceUuid,
      tagUuids: uuids,
      cpuArchitectures,
      architectureImages,
      supportDistributed: boolean,
      containerCommand: textInBytes(text),
      containerArgs: textInBytes(text),
      vendorToSpecUuidsMap: vendorMap,
    },
  },
  AddModel: {
    required: { name: text(255), installPath: text(2048), modelCenterUuid: text(255) },
    optional: {
      description: text(2048),
      parameters: verbatim(TEXT_MAX),
      token: text(TEXT_MAX),
      logo: verbatim(TEXT_MAX),
      vendor: text(255),
      introduction: verbatim(TEXT_MAX),
      size: long(0),
      version: text(255),
      resourceUuid,
      tagUuids: uuids,
      modelServiceUuids: uuids,
      recommendedGpuNum: gpuNumbers,
      gpuConstraintDescription: text(512),
      modelId: text(255),
      shareMode: word('Public'),
      defaultModelServiceUuid: text(255),
    },
  },
  BindModelToService: { required: {}, optional: {} },
  UpdateModel: {
    required: {},
    optional: {
      name: text(255),
      installPath: text(255),
      description: text(255),
      vendor: text(255),
      parameters: verbatim(255),
      modelCenterUuid: text(255),
      modelClassifications: texts,
      recommendedGpuNum: gpuNumbers,
      gpuConstraintDescription: text(512),
      modelId: text(255),
      defaultModelServiceUuid: text(255),
      clearDefaultModelService: boolean,
    },
  },
  AddModelCenter: {
    required: { name: text(128), url: text(2048), managementIp: text(128), managementPort: port },
    optional: {
      description: text(2048),
      parameters: verbatim(128),
      zoneUuid: text(32),
      storageNetworkUuid: text(32),
      serviceNetworkUuid: text(32),
      containerRegistry: text(2048),
      containerNetwork: text(2048),
      containerStorageNetwork: text(2048),
      resourceUuid,
      tagUuids: uuids,
    },
  },
  UpdateModelCenter: {
    required: {},
    optional: {
      name: text(255),
      url: text(255),
      managementIp: text(255),
      managementPort: port,
      description: text(255),
      parameters: verbatim(255),
      storageNetworkUuid: text(255),
      serviceNetworkUuid: text(255),
      containerRegistry: text(255),
      containerNetwork: text(255),
      containerStorageNetwork: text(255),
    },
  },
  CreateDataset: {
    required: { name: text(255), url: text(2048), modelCenterUuid: text(255) },
    optional: {
      description: text(2048),
      token: text(TEXT_MAX),
      system: boolean,
      resourceUuid,
      tagUuids: uuids,
    },
  },
  UpdateDataset: { required: {}, optional: datasetChanges },
  UpdateDatasets: { required: { updateDatasetStructs: datasetStructs }, optional: {} },
  LogInByAccount: {
    required: { accountName: text(TEXT_MAX), password: text(TEXT_MAX) },
    optional: {},
  },
  RenewSession: { required: {}, optional: { duration: integerFrom(60, 31_536_000) } },
  CreateUserTag: tag,
  CreateSystemTag: tag,
  UpdateSystemTag: { required: { tag: verbatim(4096) }, optional: {} },
} satisfies Partial<Record<OperationName, ParametersOf>>;

/** An operation that has parameters in a body. */
export type Write = keyof typeof contractParameters;

/** All parameters of an operation, the required ones first; none where it has no body. */
export function parametersOf(name: OperationName): Parameters {
  const { required, optional }: ParametersOf =
    name in contractParameters ? contractParameters[name as Write] : { required: {}, optional: {} };
  return { ...required, ...optional };
}

/** The names of the required parameters. */
export function requiredOf(name: OperationName): string[] {
  return name in contractParameters ? Object.keys(contractParameters[name as Write].required) : [];
}
