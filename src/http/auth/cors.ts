import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { RouteTable } from '../protocol/route-table.ts';

/** Lets web pages of these origins call the API; `*` stands for any. None changes nothing. */
export async function allowOrigins(
  app: FastifyInstance,
  origins: string[],
  routeTable: RouteTable,
): Promise<void> {
  if (origins.length === 0) return;
  // The plugin has a route for OPTIONS: what is no preflight is refused as if it hadn't.
  app.addHook('onRequest', async (request) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    if (request.method === 'OPTIONS' && !(origin && method)) throw routeTable.failureFor(request);
  });
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
  });
}
