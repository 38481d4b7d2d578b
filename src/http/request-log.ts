import type { FastifyInstance } from 'fastify';

/**
 * Logs a line per request: what was done and how it ended. No URL, headers or bodies: sessions,
 * tokens and passwords stand in them.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    request.log.info(
      {
        operation: operation ?? request.routeOptions.url,
        method: request.method,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        remoteAddress: request.ip,
      },
      'request',
    );
  });
}
