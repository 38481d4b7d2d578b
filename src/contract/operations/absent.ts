type Absent = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, name?: string];

/** The platform's operations that this server lacks and rejects (F32); without a name where none is published. */
export const absentOperations: readonly Absent[] = [
  ['POST', '/v1/ai/model-services/templates', 'MatchModelServiceTemplateWithModel'],
  ['PUT', '/v1/ai/model-services', 'DeployDistributedModelService'],
  ['PUT', '/v1/ai/model-services/app/'],
  ['GET', '/v1/ai/model-services/app/'],
  ['POST', '/v1/ai/nginx/sync'],
  ['GET', '/v1/ai/trained-model/records'],
  ['DELETE', '/v1/ai/model-services/instances/groups', 'DeleteModelServiceInstanceGroups'],
  ['GET', '/v1/ai/model-services/instances/groups', 'QueryModelServiceInstanceGroup'],
  ['GET', '/v1/ai/model-services/instances/groups/', 'QueryModelServiceInstanceGroup'],
  ['DELETE', '/v1/ai/model-services/instances/groups/{uuid}', 'DeleteModelServiceInstanceGroup'],
  ['GET', '/v1/ai/model-services/instances/groups/{uuid}', 'GetModelServiceInstanceGroup'],
  ['PUT', '/v1/model-service-instance-groups/{uuid}', 'UpdateModelServiceInstanceGroup'],
];
