import type { FastifyInstance } from 'fastify';
import { AIOS_VERSION } from '../contract/aios.ts';
import type { Dependencies } from '../domain/dependencies.ts';

/** Serves the readiness probe `/_aios/health` and the liveness probe `/_aios/live`. */
export async function healthRoutes(
  app: FastifyInstance,
  { store, version }: Pick<Dependencies, 'store'> & { version: string },
): Promise<void> {
  app.get('/_aios/health', { exposeHeadRoute: true }, async () => {
    await store.ping();
    return { status: 'ready', version, aiosVersion: AIOS_VERSION, database: 'ok' };
  });
  app.get(
    '/_aios/live',
    {
      exposeHeadRoute: true,
      // A supervisor would otherwise restart a server that is merely overloaded.
      config: { isNeverShed: true },
    },
    async () => ({ status: 'live' }),
  );
}
