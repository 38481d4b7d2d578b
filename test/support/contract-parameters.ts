import type { OperationName } from '../../src/contract/operations.ts';

/**
 * The parameters of F46, written down apart from the server's schemas: in the order of the
 * checks, the required ones first and ended by `|`.
 */
export const contractParameters: Partial<Record<OperationName, string>> = {
  AddModelService:
    'name yaml requestCpu requestMemory modelCenterUuid installPath startCommand | description zoneUuid ' +
    'gpuComputeCapability system pythonVersion condaVersion type source framework modelUuids ' +
    'architectureImages supportDistributed containerCommand containerArgs vendorToSpecUuidsMap ' +
    'resourceUuid tagUuids',
  UpdateModelService:
    '| name description yaml requestCpu requestMemory gpuComputeCapability startCommand pythonVersion ' +
    'type framework source architectureImages supportDistributed environmentParameters ' +
    'startupParameters inferenceParams serviceName servicePorts serviceLivez serviceReadyz ' +
    'serviceBootupTime serviceInstallPath serviceStartCommand containerCommand containerArgs ' +
    'vendorToSpecUuidsMap',
  CloneModelService:
    '| name description readme size gpuComputeCapability installPath startCommand pythonVersion ' +
    'condaVersion system type yaml source framework requestCpu requestMemory resourceUuid tagUuids ' +
    'cpuArchitectures architectureImages supportDistributed containerCommand containerArgs ' +
    'vendorToSpecUuidsMap',
  AddModel:
    'name installPath modelCenterUuid | description parameters token logo vendor introduction size ' +
    'version resourceUuid tagUuids modelServiceUuids recommendedGpuNum gpuConstraintDescription ' +
    'modelId shareMode defaultModelServiceUuid',
  BindModelToService: '|',
  UpdateModel:
    '| name installPath description vendor parameters modelCenterUuid modelClassifications ' +
    'recommendedGpuNum gpuConstraintDescription modelId defaultModelServiceUuid ' +
    'clearDefaultModelService',
  AddModelCenter:
    'name url managementIp managementPort | description parameters zoneUuid storageNetworkUuid ' +
    'serviceNetworkUuid containerRegistry containerNetwork containerStorageNetwork resourceUuid tagUuids',
  UpdateModelCenter:
    '| name url managementIp managementPort description parameters storageNetworkUuid ' +
    'serviceNetworkUuid containerRegistry containerNetwork containerStorageNetwork',
  LogInByAccount: 'accountName password |',
  RenewSession: '| duration',
  CreateUserTag: 'resourceType resourceUuid tag |',
  CreateSystemTag: 'resourceType resourceUuid tag |',
  UpdateSystemTag: 'tag |',
};

/** The names before and after the bar. */
export function parametersOf(name: OperationName): { required: string[]; optional: string[] } {
  const [required = '', optional = ''] = (contractParameters[name] ?? '|').split('|');
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  return { required: words(required), optional: words(optional) };
}
