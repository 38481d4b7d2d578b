import type { Operation } from './operation.ts';

const SERVICES = '/v1/ai/model-services';
const DATASETS = '/v1/ai/datasets';
const GROUPS = `${SERVICES}/instances/groups`;

type Methods = Partial<Record<Operation['method'], string>>;

/**
 * The platform's operations that this server lacks and rejects by name (F32), by path and method. One without a
 * published name has its method's.
 */
export const absentOperations: Readonly<Record<string, Methods>> = {
  [`${SERVICES}/templates`]: { POST: 'MatchModelServiceTemplateWithModel' },
  [SERVICES]: { PUT: 'DeployDistributedModelService' },
  [`${SERVICES}/app/`]: { PUT: 'PUT', GET: 'GET' },
  '/v1/ai/nginx/sync': { POST: 'POST' },
  '/v1/ai/trained-model/records': { GET: 'GET' },
  [DATASETS]: {
    POST: 'CreateDataset',
    PUT: 'UpdateDatasets',
    DELETE: 'DeleteDatasets',
    GET: 'QueryDataset',
  },
  [`${DATASETS}/{uuid}`]: { PUT: 'UpdateDataset', DELETE: 'DeleteDataset', GET: 'GetDataset' },
  [GROUPS]: {
    DELETE: 'DeleteModelServiceInstanceGroups',
    GET: 'QueryModelServiceInstanceGroup',
  },
  [`${GROUPS}/`]: { GET: 'QueryModelServiceInstanceGroup' },
  [`${GROUPS}/{uuid}`]: {
    DELETE: 'DeleteModelServiceInstanceGroup',
    GET: 'GetModelServiceInstanceGroup',
  },
  '/v1/model-service-instance-groups/{uuid}': { PUT: 'UpdateModelServiceInstanceGroup' },
};
