import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../contract/errors.ts';
import type { SessionCheck } from './auth/sessions.ts';
import { asHook } from './protocol/headers.ts';
import { decodedPath, routePattern } from './protocol/urls.ts';

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

/** Rejects these operations, by name. */
export function serveAbsentOperations(app: FastifyInstance, checkSession: SessionCheck): void {
  for (const [method, path, name] of absentOperations) {
    const what = name === undefined ? `method[${method}]` : `operation[${name}]`;
    app.route({
      method,
      url: routePattern(path),
      config: { isAbsent: true },
      onRequest: asHook(checkSession),
      handler: async ({ url }) => {
        throw invalidArgument(
          `this server does not provide the ${what} of the URL[${decodedPath(url)}]`,
        );
      },
    });
  }
}
