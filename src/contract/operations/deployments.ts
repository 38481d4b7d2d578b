import {
  DeployModelServiceParams,
  ModelServiceInstanceGroupInventory,
  UpdateModelServiceInstanceGroupParams,
} from '../schemas/model-service-instance-group.ts';
import {
  DELETE_UNKNOWN,
  DELETE_USED,
  type Operation,
  operationsOn,
  uuidOfThe,
} from './operation.ts';

const SERVICE = '/v1/ai/model-services/{uuid}';
const UPDATED = '/v1/model-service-instance-groups/{uuid}';
const { update, remove, removeAll, query, get } = operationsOn({
  inventory: ModelServiceInstanceGroupInventory,
  tag: 'Deployments',
  path: '/v1/ai/model-services/instances/groups',
  one: 'group',
  title: 'deployment',
});

export const deploymentOperations = {
  /** UpdateModelService has the same paths; the document has one operation for each (F62). */
  DeployModelService: {
    ...update,
    path: `${SERVICE}/actions`,
    aliases: [SERVICE],
    pathParameters: uuidOfThe('service'),
    wrapper: 'deployModelService',
    needsAction: true,
    params: DeployModelServiceParams,
    summary: 'Deploy a model service',
    description:
      'Nothing is run: a group with one instance is stored, which is `Deploying` until `AIOS_DEPLOY_TIME` has ' +
      'passed, then `Running`. The instance then has the URL that `AIOS_DEPLOY_URL` makes.',
  },
  UpdateModelServiceInstanceGroup: {
    ...update,
    path: UPDATED,
    aliases: [`${UPDATED}/actions`],
    params: UpdateModelServiceInstanceGroupParams,
    evidence: 'K',
    description:
      'Nothing that runs is changed: the fields given are stored, the others stay as they are.',
  },
  DeleteModelServiceInstanceGroup: {
    ...remove,
    evidence: 'K',
    failures: ['operationFailed'],
    description:
      'Nothing that runs is stopped: the group is deleted with its instances and tags. ' +
      `${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteModelServiceInstanceGroups: {
    ...removeAll,
    evidence: 'K',
    description:
      'Nothing that runs is stopped: the groups are deleted with their instances and tags. The answer tells of each ' +
      'how it went, with status 200 also where some failed. `uuids` may stand in a JSON body instead.',
  },
  QueryModelServiceInstanceGroup: { ...query, aliases: [`${query.path}/`] },
  GetModelServiceInstanceGroup: get,
} as const satisfies Record<string, Operation>;
