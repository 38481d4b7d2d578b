import type {
  Dataset,
  Hook,
  Model,
  ModelCenterFields,
  ModelFields,
  ModelService,
  ModelServiceFields,
  ModelServiceImage,
  ModelServiceInstance,
  ModelServiceInstanceGroup,
  ModelServiceInstanceGroupFields,
  ModelServiceRef,
  NewJob,
  Resources,
  Session,
  Tag,
} from '../../src/domain/records.ts';
import type { WriteExtras } from '../../src/domain/store.ts';

/** Milliseconds that no rounding to seconds would keep. */
const SOME_TIME = 1_764_071_510_123;

export const newUuid = (): string => crypto.randomUUID().replaceAll('-', '');

export const extras = (given: Partial<WriteExtras> = {}): WriteExtras => ({
  references: [],
  tags: [],
  ...given,
});

/** A service with the required fields and the given ones. */
export function modelService(fields: Partial<ModelService> = {}): ModelService {
  return {
    uuid: newUuid(),
    name: 'text to text',
    yaml: 'name: text-to-text',
    requestCpu: 4,
    requestMemory: 1024,
    modelCenterUuid: newUuid(),
    type: 'Endpoint',
    framework: 'Other',
    source: 'Other',
    size: 0,
    system: false,
    hasNewVersion: false,
    installPath: '/example/install/path',
    startCommand: 'python3 app.py',
    supportDistributed: false,
    cpuArchitectures: [],
    vendorToSpecUuidsMap: {},
    tagUuids: [],
    modelServiceImages: [],
    modelServiceRefs: [],
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

/** A model with the required fields and the given ones. */
export function model(fields: Partial<Model> = {}): Model {
  const uuid = newUuid();
  return {
    uuid,
    name: 'Qwen 1.5 32B',
    description: '',
    installPath: '/ai/model_center/Qwen',
    modelCenterUuid: newUuid(),
    modelId: uuid,
    size: 0,
    type: 'Custom',
    recommendedGpuNum: [],
    isLatestVersion: true,
    extraGpuMemRequest: 4_294_967_296,
    SAMPLE_SIZE: 1000,
    modelClassifications: [],
    tagUuids: [],
    modelServiceRefs: [],
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

type EveryField<Fields> = { [Field in keyof Required<Fields>]: NonNullable<Fields[Field]> };

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyServiceField(): EveryField<ModelServiceFields> {
  return {
    uuid: newUuid(),
    name: 'a name',
    description: 'a description',
    readme: '# a readme',
    yaml: 'a: yaml',
    requestCpu: 3,
    requestMemory: 5,
    modelCenterUuid: newUuid(),
    zoneUuid: newUuid(),
    type: 'ModelEval',
    framework: 'a framework',
    source: 'HuggingFace',
    size: 7,
    system: true,
    hasNewVersion: true,
    gpuComputeCapability: '8.9',
    installPath: '/an/install/path',
    pythonVersion: '3.12',
    condaVersion: '24.1',
    version: '1.0.0',
    startCommand: 'a start command',
    containerCommand: 'a container command',
    containerArgs: '--some --args',
    supportDistributed: true,
    cpuArchitectures: ['x86_64', 'aarch64'],
    vendorToSpecUuidsMap: { NVIDIA: [newUuid(), newUuid()], Huawei: [] },
    tagUuids: [newUuid(), newUuid()],
    createDate: SOME_TIME + 1,
    lastOpDate: SOME_TIME + 2,
  };
}

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyModelField(): EveryField<ModelFields> {
  return {
    uuid: newUuid(),
    name: 'a name',
    description: 'a description',
    installPath: '/an/install/path',
    parameters: '{"a":"parameter"}',
    modelCenterUuid: newUuid(),
    token: 'a token',
    logo: 'data:image/png;base64,AAAA',
    vendor: 'a vendor',
    modelId: 'a model id',
    introduction: 'an introduction',
    size: 3,
    version: 'a version',
    type: 'a type',
    minGpuMemory: 5,
    recommendedGpuMemory: 7,
    recommendedGpuNum: [1, 2, 4],
    gpuConstraintDescription: 'a constraint',
    versionSemver: '1.2.3',
    isLatestVersion: false,
    artifactChecksum: 'a checksum',
    artifactSizeBytes: 11,
    architectureType: 'an architecture',
    frameworkVersion: 'a framework version',
    requiredAccelerator: 'an accelerator',
    pipelineTag: 'a pipeline tag',
    extraGpuMemRequest: 13,
    SAMPLE_SIZE: 17,
    shareMode: 'Public',
    modelClassifications: ['a classification'],
    tagUuids: [newUuid()],
    createDate: SOME_TIME + 1,
    lastOpDate: SOME_TIME + 2,
  };
}

/** A center with the required fields and the given ones. */
export function modelCenter(fields: Partial<ModelCenterFields> = {}): ModelCenterFields {
  return {
    uuid: newUuid(),
    name: 'center',
    url: 'nfs://192.168.10.12/ai',
    status: 'Connected',
    managementIp: '192.168.10.12',
    managementPort: 8989,
    tagUuids: [],
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyCenterField(): EveryField<ModelCenterFields> {
  return {
    uuid: newUuid(),
    name: 'a name',
    description: 'a description',
    url: 'a url',
    status: 'a status',
    parameters: 'a parameter',
    managementIp: 'an address',
    managementPort: 3,
    zoneUuid: newUuid(),
    storageNetworkUuid: newUuid(),
    serviceNetworkUuid: newUuid(),
    containerRegistry: 'registry.example.com',
    containerStorageNetwork: 'a storage network',
    containerNetwork: 'a network',
    tagUuids: [newUuid()],
    createDate: SOME_TIME + 1,
    lastOpDate: SOME_TIME + 2,
  };
}

/** A dataset with the required fields and the given ones. */
export function dataset(fields: Partial<Dataset> = {}): Dataset {
  return {
    uuid: newUuid(),
    name: 'questions',
    url: 'https://datasets.example.com/questions.zip',
    modelCenterUuid: newUuid(),
    size: 0,
    system: false,
    usageScenarios: [],
    tagUuids: [],
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyDatasetField(): EveryField<Dataset> {
  return {
    uuid: newUuid(),
    name: 'a name',
    description: 'a description',
    url: 'a url',
    installPath: 'a url/datasets/a',
    modelCenterUuid: newUuid(),
    size: 5,
    system: true,
    token: 'a token',
    usageScenarios: ['FineTune'],
    dataType: 'Text',
    tagUuids: [newUuid()],
    createDate: SOME_TIME + 1,
    lastOpDate: SOME_TIME + 2,
  };
}

/** A deployment with the required fields, one instance and the given fields. */
export function instanceGroup(
  fields: Partial<ModelServiceInstanceGroup> = {},
): ModelServiceInstanceGroup {
  const { uuid = newUuid() } = fields;
  return {
    uuid,
    name: 'a deployment',
    modelServiceType: 'Endpoint',
    type: 'BareMetal2',
    yaml: '',
    zoneUuid: newUuid(),
    l3NetworkUuids: [],
    environmentVariables: {},
    startupParameters: {},
    tagUuids: [],
    outcome: 'Running',
    readyDate: SOME_TIME,
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    instances: [instance(uuid)],
    datasetRefInventories: [],
    modelServiceGroupRefs: [],
    ...fields,
  };
}

export function instance(
  modelServiceGroupUuid: string,
  fields: Partial<ModelServiceInstance> = {},
): ModelServiceInstance {
  return {
    uuid: newUuid(),
    modelServiceGroupUuid,
    name: 'a deployment',
    outcome: 'Running',
    readyDate: SOME_TIME,
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyGroupField(
  modelServiceUuid: string,
  modelUuid: string,
): EveryField<ModelServiceInstanceGroupFields> {
  return {
    uuid: newUuid(),
    name: 'a name',
    description: 'a description',
    modelServiceUuid,
    modelUuid,
    modelServiceType: 'App',
    type: 'VirtualMachine',
    yaml: 'a: yaml',
    zoneUuid: newUuid(),
    vmImageUuid: newUuid(),
    dockerImage: 'registry.example.com/image',
    primaryStorageUuid: newUuid(),
    cpuNum: 1,
    requestCpuNum: 2,
    memorySize: 3,
    requestMemorySize: 5,
    l3NetworkUuids: [newUuid(), newUuid()],
    environmentVariables: { HF_HOME: 'a variable' },
    startupParameters: { port: 'a parameter' },
    serviceLivez: '/livez',
    serviceReadyz: '/readyz',
    serviceBootupTime: 7,
    clusterUuid: newUuid(),
    rootDiskOfferingUuid: newUuid(),
    rootDiskSize: 11,
    projectUuid: newUuid(),
    tagUuids: [newUuid()],
    outcome: 'Failed',
    readyDate: SOME_TIME + 3,
    createDate: SOME_TIME + 1,
    lastOpDate: SOME_TIME + 2,
  };
}

/** Every field set, none to a value that another has: a field forgotten here doesn't compile. */
export function everyInstanceField(
  modelServiceGroupUuid: string,
): EveryField<ModelServiceInstance> {
  return {
    uuid: newUuid(),
    modelServiceGroupUuid,
    name: 'another name',
    url: 'http://mock:9000/a',
    urlMaps: 'a map',
    internalUrl: 'http://mock:9000/b',
    vmInstanceUuid: newUuid(),
    architecture: 'aarch64',
    outcome: 'Stopped',
    readyDate: SOME_TIME + 6,
    createDate: SOME_TIME + 4,
    lastOpDate: SOME_TIME + 5,
  };
}

export function image(
  modelServiceUuid: string,
  fields: Partial<ModelServiceImage> = {},
): ModelServiceImage {
  return {
    uuid: newUuid(),
    modelServiceUuid,
    cpuArchitecture: 'x86_64',
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  };
}

export function ref(
  modelUuid: string,
  modelServiceUuid: string,
  fields: Partial<ModelServiceRef> = {},
): ModelServiceRef {
  return { uuid: newUuid(), modelUuid, modelServiceUuid, isDefault: false, ...fields };
}

export function tag(resourceUuid: string, text: string, fields: Partial<Tag> = {}): Tag {
  return {
    uuid: newUuid(),
    resourceUuid,
    resourceType: 'ModelServiceVO',
    tag: text,
    type: 'User',
    inherent: false,
    createDate: SOME_TIME,
    lastOpDate: SOME_TIME,
    ...fields,
  } as Tag;
}

export function session(fields: Partial<Session> = {}): Session {
  return {
    uuid: newUuid(),
    accountUuid: newUuid(),
    userUuid: newUuid(),
    createDate: SOME_TIME,
    expiredDate: SOME_TIME + 7_200_000,
    ...fields,
  };
}

export function newJob(fields: Partial<NewJob> = {}): NewJob {
  return { uuid: newUuid(), operation: 'AddModel', createDate: SOME_TIME, ...fields };
}

export function hook(jobUuid: string, fields: Partial<Hook> = {}): Hook {
  return {
    jobUuid,
    url: 'http://127.0.0.1/hook',
    attempts: 0,
    pending: true,
    failure: null,
    ...fields,
  };
}

export const noResources: Resources = {
  modelCenters: [],
  models: [],
  modelServices: [],
  modelServiceRefs: [],
  datasets: [],
  modelServiceInstanceGroups: [],
  userTags: [],
  systemTags: [],
};
