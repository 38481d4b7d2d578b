import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { normalizedPath } from './protocol/urls.ts';
import { redacted } from './redaction.ts';

/** ZStack's name of the operation that a request or its message calls. */
export function operationOf({ message, action, routeOptions }: FastifyRequest): string | undefined {
  return message?.operation ?? action ?? routeOptions.config?.operation;
}

/** The operation of a request in logs and metrics, or else its route; undefined for a request without one. */
export const operationLabel = (request: FastifyRequest): string | undefined =>
  operationOf(request) ?? request.routeOptions.url;

/**
 * Creates the function that gives a request its id: `X-Request-Id` where it is short and can't forge lines of a log,
 * else a new one.
 */
export function requestIds(newUuid: () => string): (request: IncomingMessage) => string {
  return ({ headers }) => {
    const sent = String(headers['x-request-id'] ?? '');
    return /^[\w.:@/+=-]{1,128}$/.test(sent) ? sent : newUuid();
  };
}

/** What a failed request adds to its line: in a path of sessions, or of no operation, any uuid may be a session. */
function failureFields({ failure, url, session, routeOptions }: FastifyRequest) {
  if (failure === undefined) return undefined;
  const { operation = 'Session' } = routeOptions.config ?? {};
  const redact = (text: string) =>
    redacted(text, (uuid) => /Session|LogOut/.test(operation) || uuid === session);
  const { errorCode: code, message, hint } = failure;
  return { path: redact(normalizedPath(url)), code, details: redact(message), hint };
}

/**
 * Logs one line per request. It contains no query, headers or bodies, because these hold sessions, tokens and
 * passwords; of a failed request it has the path and the error, redacted.
 */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      operation: operationLabel(request),
      method: request.method,
      status: reply.statusCode,
      ...failureFields(request),
      ms: Math.round(reply.elapsedTime * 10) / 10,
      remoteAddress: request.ip,
    },
    'request',
  );
}
