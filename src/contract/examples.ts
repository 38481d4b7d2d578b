import { ADMIN_ACCOUNT_UUID } from './aios.ts';
import type { OperationName } from './operations.ts';
import type { ModelInventory } from './schemas/model.ts';
import type { ModelCenterInventory } from './schemas/model-center.ts';
import type { ModelServiceInventory } from './schemas/model-service.ts';
import type { SessionInventory } from './schemas/session.ts';
import type { SystemTagInventory, UserTagInventory } from './schemas/tag.ts';

// The documents' own examples, with valid values in place of a document's templates.

const date = 'Nov 25, 2025 11:51:50 AM';
const dates = { createDate: date, lastOpDate: date };

const yaml =
  'services:\n  - ports:\n      - 3000\n  name: qwen1.5-7b-chat:2b34xhrmqwhomjkd\n  livez: /livez\n  readyz: /readyz\n' +
  '  serviceBootupTime: 30\nenv:\n  - key:value\n  - key:value\ndistro:\n  packages: vim,nfs-utils\npython:\n' +
  '  requirements_txt: ./requirements.txt\n  index_url: https://pypi.example.org/simple\n  trusted_host: pypi.example.org\n';

const image = <Architecture extends string>(
  cpuArchitecture: Architecture,
  vmImageUuid: string,
) => ({
  cpuArchitecture,
  vmImageUuid,
  dockerImage: `registry.example.com/${cpuArchitecture.toLowerCase()}/myimage:latest`,
});

/** Common to the examples of Update and Clone. */
const changes = {
  name: 'example',
  description: 'This is an example description.',
  yaml: 'example-yaml-configuration',
  requestCpu: 4,
  requestMemory: 8192,
  gpuComputeCapability: '7.5',
  startCommand: 'python start.py',
  pythonVersion: '3.8',
  type: 'Endpoint',
  framework: 'HuggingFace',
};

/** The document's example with the required fields that it omits. */
const service: ModelServiceInventory = {
  uuid: '6c1a5f6167944aa1886294842075279f',
  name: 'example',
  description: 'Example description for modelService',
  yaml,
  requestCpu: 1,
  requestMemory: 1024,
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
  type: 'Endpoint',
  framework: 'Other',
  source: 'Other',
  size: 0,
  system: true,
  hasNewVersion: false,
  gpuComputeCapability: '3.7',
  installPath: '/example/install/path',
  pythonVersion: '3.8.10',
  condaVersion: '23.7.4',
  startCommand: 'python3 app.py',
  supportDistributed: true,
  cpuArchitectures: ['x86_64', 'aarch64'],
  vendorToSpecUuidsMap: {},
  modelServiceRefs: [],
  modelServiceImages: [
    {
      uuid: 'd163eac54dba403abe12e77a0fec3dd5',
      modelServiceUuid: '6c1a5f6167944aa1886294842075279f',
      ...image('x86_64', 'aa45d85a91d94342838797626fd4bbfc'),
      ...dates,
    },
    {
      uuid: 'e41c7c9d14934ca0aaea2847c2ed8a5e',
      modelServiceUuid: '6c1a5f6167944aa1886294842075279f',
      ...image('aarch64', '3ab8e36ed4be4fe6bd91ad1e4f22cffd'),
      ...dates,
    },
  ],
  ...dates,
};

const model: ModelInventory = {
  uuid: '059d19eb310f36d4a7f43f51eaab87b8',
  name: 'Qwen 1.5 32B',
  description: '',
  installPath: '192.168.10.12:/ai/model_center/Qwen_1.5_23B',
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
  modelId: '059d19eb310f36d4a7f43f51eaab87b8',
  size: 102400,
  type: 'Custom',
  minGpuMemory: 4295069696,
  recommendedGpuMemory: 4295069696,
  recommendedGpuNum: [],
  isLatestVersion: true,
  modelServiceRefs: [],
  extraGpuMemRequest: 4294967296,
  SAMPLE_SIZE: 1000,
  ...dates,
};

const center: ModelCenterInventory = {
  uuid: '52c542f0c3384b6890e08570e611d52a',
  name: 'center',
  url: 'nfs://192.168.10.12/ai',
  status: 'Connected',
  managementIp: '192.168.10.12',
  managementPort: 8989,
  capacity: {
    uuid: '52c542f0c3384b6890e08570e611d52a',
    modelUsedCapacity: 102400,
    modelServiceUsedCapacity: 0,
    datasetUsedCapacity: 0,
    fineTuneUsedCapacity: 0,
    modelEvaluationUsedCapacity: 0,
    temporaryUsedCapacity: 0,
    cacheUsedCapacity: 0,
    totalCapacity: 0,
    availableCapacity: 0,
  },
  ...dates,
};

const session: SessionInventory = {
  uuid: '61c3b1b35b3e4d68a6ac32e9a2b3d2f1',
  accountUuid: ADMIN_ACCOUNT_UUID,
  userUuid: ADMIN_ACCOUNT_UUID,
  expiredDate: 'Nov 25, 2025 1:51:50 PM',
  createDate: date,
  noSessionEvaluation: false,
};

const userTag: UserTagInventory = {
  uuid: '0c1c2b8d4a6f4e0c9b1f2f0f6c8d7e5a',
  resourceType: 'ModelVO',
  resourceUuid: model.uuid,
  tag: 'chat',
  type: 'User',
  ...dates,
};

const systemTag: SystemTagInventory = {
  ...userTag,
  uuid: '3f9a7c5e1d2b4a8c8e6f0a1b2c3d4e5f',
  tag: 'team::chat',
  type: 'System',
  inherent: false,
};

interface Example {
  request?: object;
  answer: object;
}

const body = (wrapper: string, params: object) => ({
  [wrapper]: params,
  systemTags: [],
  userTags: [],
});
const done = { success: true };
const one = (inventory: object) => ({ ...done, inventory });
const list = (inventory: object) => ({ ...done, inventories: [inventory] });

export const examples: Readonly<Record<OperationName, Example>> = {
  AddModelService: {
    request: body('param', {
      name: 'text to text model service',
      description: 'This is text to text model service you can chose model',
      yaml: 'model service parameters',
      requestCpu: 4,
      requestMemory: 1024,
      modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
      installPath: '/example/install/path',
      startCommand: 'python3 app.py',
    }),
    answer: one(service),
  },
  UpdateModelService: {
    request: body('updateModelService', {
      ...changes,
      architectureImages: [
        image('X86_64', '1e463a11a89a38429f53f6bc34dbe4b3'),
        image('AARCH64', '9458c977c7f838afbc6144aed913c947'),
      ],
    }),
    answer: one(service),
  },
  CloneModelService: {
    request: body('params', {
      ...changes,
      size: 0,
      system: false,
      cpuArchitectures: ['X86_64', 'AARCH64'],
      architectureImages: [
        image('X86_64', '21cb9f654e9d3feab962ce3f5eec5796'),
        image('AARCH64', '1d919fda666b3bdcb5f4925f1cf17c71'),
      ],
    }),
    answer: one(service),
  },
  DeleteModelService: { answer: done },
  QueryModelService: { answer: list(service) },
  GetModelService: { answer: list(service) },
  AddModel: {
    request: body('param', {
      name: 'Qwen 1.5 32B',
      installPath: '192.168.10.12:/ai/model_center/Qwen_1.5_23B',
      description: 'This is qwen 1.5 32B ai model',
      parameters: 'model parameters',
      modelCenterUuid: 'uuid',
      logo: 'logo base64 string',
      vendor: 'Alibaba',
      introduction: 'This is a md5 format string',
      size: 102400,
      version: 'CustomizeVersion',
    }),
    answer: one(model),
  },
  BindModelToService: { request: { systemTags: [], userTags: [] }, answer: one(service) },
  UnbindModelFromService: { answer: done },
  UpdateModel: {
    request: body('updateModel', {
      name: 'Qwen 1.5 32B',
      vendor: 'Alibaba',
      recommendedGpuNum: '1,2,4',
    }),
    answer: one(model),
  },
  DeleteModel: { answer: done },
  DeleteModels: { answer: { ...done, results: [{ uuid: model.uuid, success: true }] } },
  QueryModel: { answer: list(model) },
  GetModel: { answer: list(model) },
  AddModelCenter: {
    request: body('param', {
      name: 'center',
      url: 'nfs://192.168.10.12/ai',
      managementIp: '192.168.10.12',
      managementPort: 8989,
    }),
    answer: one(center),
  },
  UpdateModelCenter: {
    request: body('updateModelCenter', { managementPort: 8989 }),
    answer: one(center),
  },
  DeleteModelCenter: { answer: done },
  QueryModelCenter: { answer: list(center) },
  GetModelCenter: { answer: list(center) },
  LogInByAccount: {
    request: {
      logInByAccount: {
        accountName: 'admin',
        password:
          'b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86',
      },
    },
    answer: one(session),
  },
  LogOut: { answer: done },
  ValidateSession: { answer: { ...done, valid: true } },
  RenewSession: { request: { renewSession: { duration: 7200 } }, answer: one(session) },
  CreateUserTag: {
    request: { params: { resourceType: 'ModelVO', resourceUuid: model.uuid, tag: 'chat' } },
    answer: one(userTag),
  },
  QueryUserTag: { answer: list(userTag) },
  GetUserTag: { answer: list(userTag) },
  CreateSystemTag: {
    request: { params: { resourceType: 'ModelVO', resourceUuid: model.uuid, tag: 'team::chat' } },
    answer: one(systemTag),
  },
  UpdateSystemTag: {
    request: { updateSystemTag: { tag: 'team::chat' } },
    answer: one(systemTag),
  },
  QuerySystemTag: { answer: list(systemTag) },
  GetSystemTag: { answer: list(systemTag) },
  DeleteTag: { answer: done },
};
