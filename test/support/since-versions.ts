import type { OperationName } from '../../src/contract/operations.ts';

/** What the documents say of when each parameter came, where they say it; a version before its names. */
export const sinceVersions: Partial<Record<OperationName, string>> = {
  UpdateModelService:
    '5.1.8 uuid name description yaml requestCpu requestMemory systemTags userTags ' +
    'gpuComputeCapability startCommand pythonVersion type framework ' +
    '5.3.28 source architectureImages ' +
    '5.3.52 supportDistributed environmentParameters startupParameters inferenceParams serviceName ' +
    'servicePorts serviceLivez serviceReadyz serviceBootupTime serviceInstallPath serviceStartCommand ' +
    '5.5.22 containerCommand containerArgs vendorToSpecUuidsMap',
  CloneModelService:
    '5.3.20 uuid name description readme size gpuComputeCapability installPath startCommand ' +
    'pythonVersion condaVersion system type yaml source framework requestCpu requestMemory ' +
    'resourceUuid tagUuids systemTags userTags ' +
    '5.3.40 cpuArchitectures architectureImages 5.3.46 supportDistributed ' +
    '5.5.22 containerCommand containerArgs vendorToSpecUuidsMap',
  AddModel:
    '5.1.8 name installPath description parameters modelCenterUuid systemTags userTags logo vendor ' +
    'introduction size version token resourceUuid tagUuids 5.2.1 modelServiceUuids ' +
    '5.4.6 recommendedGpuNum gpuConstraintDescription 5.5.6 modelId 5.5.12 shareMode ' +
    '5.5.22 defaultModelServiceUuid',
};

/** The version that brought each operation, for the five that the documents describe. */
export const operationSince = {
  AddModelService: '5.1.8',
  UpdateModelService: '5.1.8',
  CloneModelService: '5.3.20',
  AddModel: '5.1.8',
  BindModelToService: '5.1.8',
} as const;

/** Version by parameter. */
export function versionsOf(name: OperationName): Record<string, string> {
  const versions: Record<string, string> = {};
  let version = '';
  for (const word of (sinceVersions[name] ?? '').split(' ')) {
    if (/^\d/.test(word)) version = word;
    else if (word !== '') versions[word] = version;
  }
  return versions;
}
