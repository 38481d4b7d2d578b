import {
  DeployModelServiceParams,
  ModelServiceInstanceGroupInventory,
  UpdateModelServiceInstanceGroupParams,
} from '../schemas/model-service-instance-group.ts';
import { DeleteUuidsQuery } from '../schemas/resource.ts';
import {
  DELETE_UNKNOWN,
  DELETE_USED,
  get,
  type Operation,
  query,
  remove,
  update,
} from './operation.ts';

const metadata = { inventory: ModelServiceInstanceGroupInventory, tag: 'Deployments' } as const;
const SERVICE = '/v1/ai/model-services/{uuid}';
const PATH = '/v1/ai/model-services/instances/groups';
const ONE = `${PATH}/{uuid}`;

export const deploymentOperations = {
  /** UpdateModelService has the same paths; the document has one operation for each (F62). */
  DeployModelService: {
    ...metadata,
    ...update(`${SERVICE}/actions`, 'service'),
    aliases: [SERVICE],
    wrapper: 'deployModelService',
    needsAction: true,
    params: DeployModelServiceParams,
    evidence: 'O',
    summary: 'Deploy a model service',
    description:
      'Nothing is run: a group with one instance is stored, which is `Deploying` until `AIOS_DEPLOY_TIME` has ' +
      'passed, then `Running`. The instance then has the URL that `AIOS_DEPLOY_URL` makes.',
  },
  UpdateModelServiceInstanceGroup: {
    ...metadata,
    ...update('/v1/model-service-instance-groups/{uuid}', 'group'),
    wrapper: 'updateModelServiceInstanceGroup',
    params: UpdateModelServiceInstanceGroupParams,
    evidence: 'K',
    summary: 'Update a deployment',
    description:
      'Nothing that runs is changed: the fields given are stored, the others stay as they are.',
  },
  DeleteModelServiceInstanceGroup: {
    ...metadata,
    ...remove(ONE, 'group'),
    evidence: 'K',
    failures: ['operationFailed'],
    summary: 'Delete a deployment',
    description:
      'Nothing that runs is stopped: the group is deleted with its instances and tags. ' +
      `${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteModelServiceInstanceGroups: {
    ...metadata,
    ...remove(PATH, 'groups'),
    pathParameters: {},
    query: DeleteUuidsQuery,
    answers: 'results',
    evidence: 'K',
    summary: 'Delete several deployments',
    description:
      'Nothing that runs is stopped: the groups are deleted with their instances and tags. The answer tells of each ' +
      'how it went, with status 200 also where some failed. `uuids` may stand in a JSON body instead.',
  },
  QueryModelServiceInstanceGroup: {
    ...metadata,
    ...query(PATH, 'deployments'),
    aliases: [`${PATH}/`],
  },
  GetModelServiceInstanceGroup: { ...metadata, ...get(ONE, 'group', 'deployment') },
} as const satisfies Record<string, Operation>;
