import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../contract/errors.ts';
import { absentOperations } from '../contract/operations/absent.ts';
import type { SessionCheck } from './auth/sessions.ts';
import { asHook } from './protocol/headers.ts';
import { decodedPath, routePattern } from './protocol/urls.ts';

/** Rejects the platform's operations that this server lacks, by name (F32). */
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
