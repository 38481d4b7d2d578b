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
  one: 'deployment',
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
      'Stores a deployment with one instance; nothing runs. It is `Deploying` until `AIOS_DEPLOY_TIME` has passed, ' +
      'then `Running`, with the URL of `AIOS_DEPLOY_URL`. Parameters without a field in the answer are stored too.',
  },
  UpdateModelServiceInstanceGroup: {
    ...update,
    path: UPDATED,
    aliases: [`${UPDATED}/actions`],
    params: UpdateModelServiceInstanceGroupParams,
    evidence: 'K',
    description:
      'Changes the given fields and leaves the others unchanged; the instance keeps its name and YAML.',
  },
  DeleteModelServiceInstanceGroup: {
    ...remove,
    evidence: 'K',
    failures: ['operationFailed'],
    description: `Deletes a deployment with its instances and tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteModelServiceInstanceGroups: {
    ...removeAll,
    evidence: 'K',
    description: `Deletes deployments with their instances and tags. ${removeAll.description}`,
  },
  QueryModelServiceInstanceGroup: { ...query, aliases: [`${query.path}/`] },
  GetModelServiceInstanceGroup: get,
} as const satisfies Record<string, Operation>;
