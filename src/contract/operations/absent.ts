type Absent = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, name?: string];

/** The platform's operations that this server lacks and rejects (F32); without a name where none is published. */
export const absentOperations: readonly Absent[] = [
  ['POST', '/v1/ai/model-services/templates', 'MatchModelServiceTemplateWithModel'],
  ['PUT', '/v1/ai/model-services', 'DeployDistributedModelService'],
  ['PUT', '/v1/ai/model-services/app/'],
  ['GET', '/v1/ai/model-services/app/'],
  ['POST', '/v1/ai/nginx/sync'],
  ['GET', '/v1/ai/trained-model/records'],
];
