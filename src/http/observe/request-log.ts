import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Logs one line per request. It contains no URL, headers or bodies, because these hold sessions, tokens
 * and passwords.
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
