import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../contract/errors.ts';
import { absentOperations } from '../contract/operations/absent.ts';
import type { SessionCheck } from './auth/sessions.ts';
import { asHook } from './protocol/headers.ts';
import { decodedPath, routePattern } from './protocol/urls.ts';

/** The routes of the platform's operations that this server lacks, which it rejects by name (F32). */
export async function absentRoutes(
  app: FastifyInstance,
  { checkSession }: { checkSession: SessionCheck },
): Promise<void> {
  app.addHook('onRequest', asHook(checkSession));
  for (const [method, path, name] of absentOperations) {
    const what = name === undefined ? `method[${method}]` : `operation[${name}]`;
    app.route({
      method,
      url: routePattern(path),
      config: { isAbsent: true },
      handler: async ({ url }) => {
        throw invalidArgument(
          `this server does not provide the ${what} of the URL[${decodedPath(url)}]`,
        );
      },
    });
  }
}
