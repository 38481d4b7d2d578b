import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { AIOS_VERSION } from '../contract/aios.ts';
import type { Dependencies } from '../domain/dependencies.ts';

const Health = Type.Object({
  status: Type.Literal('ready'),
  version: Type.String(),
  aiosVersion: Type.String(),
  database: Type.Literal('ok'),
});

const Live = Type.Object({ status: Type.Literal('live') });

/** What a supervisor asks: `health`, whether requests can be served; `live`, whether to restart. */
export const healthRoutes: FastifyPluginAsyncTypebox<{
  dependencies: Pick<Dependencies, 'store'>;
  version: string;
}> = async (app, { dependencies, version }) => {
  app.get(
    '/_aios/health',
    { exposeHeadRoute: true, schema: { hide: true, response: { 200: Health } } },
    async () => {
      await dependencies.store.ping();
      return { status: 'ready', version, aiosVersion: AIOS_VERSION, database: 'ok' } as const;
    },
  );
  app.get(
    '/_aios/live',
    {
      exposeHeadRoute: true,
      // A supervisor would restart a server that has much to do.
      config: { isNeverShed: true },
      schema: { hide: true, response: { 200: Live } },
    },
    async () => ({ status: 'live' }) as const,
  );
};
