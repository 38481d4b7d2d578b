import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Logs the one line of a request: what was done and how it ended. No URL, headers or bodies:
 * sessions, tokens and passwords stand in them.
 */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { config, url } = request.routeOptions;
  request.log.info(
    {
      operation: config?.operation ?? url,
      method: request.method,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      remoteAddress: request.ip,
    },
    'request',
  );
}
