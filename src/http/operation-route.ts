import type { FastifyRequest, RouteOptions } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { answerSchema } from '../contract/envelopes.ts';
import {
  isWrite,
  type Operation,
  type OperationName,
  operations,
  type Request,
} from '../contract/operations.ts';
import { pathSchema } from '../contract/path.ts';
import {
  bodySchema,
  compileRequestReader,
  type OnUnknownFields,
  type SentRequest,
} from '../contract/request.ts';
import { component } from '../contract/schema.ts';
import type { Ports } from '../domain/ports.ts';
import type { Rule } from '../domain/rule.ts';
import { checkHeaders, checkTimeout, checkWebHook } from './headers.ts';
import { decodedPath, routePath } from './paths.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** ZStack's name of what the route does, which logs key on. */
    operation?: string;
  }
}

export interface OperationContext {
  ports: Ports;
  /** Lets a request with a valid session pass. */
  requireSession: (request: FastifyRequest) => Promise<void>;
  onUnknownFields: OnUnknownFields;
  /** Largest body, in bytes. */
  bodyLimit: number;
}

/** Largest body of an operation that asks for no session: strangers must not keep others waiting. */
const STRANGERS_BODY_LIMIT = 64 * 1024;

/**
 * The routes of an operation: its own, and a hidden one for each alias. The order of the checks is
 * decision 34's: headers, session, JSON, types, arguments, existence, operation.
 */
export function operationRoutes<Name extends OperationName>(
  name: Name,
  rule: Rule<Name>,
  { ports, requireSession, onUnknownFields, bodyLimit }: OperationContext,
): RouteOptions[] {
  const operation: Operation = operations[name];
  const body = bodySchema(name);
  const readRequest = compileRequestReader(name, onUnknownFields);
  const route = (path: string, hide: boolean): RouteOptions => ({
    method: operation.method,
    url: routePath(path),
    config: { operation: name },
    schema: {
      hide,
      operationId: name,
      tags: [operation.tag],
      summary: operation.summary,
      description: operation.description,
      params: pathSchema(operation),
      querystring: operation.query,
      ...(body && { body: component(body) }),
      response: { 200: component(answerSchema(name)) },
    },
    onRequest: [
      checkHeaders,
      ...(isWrite(operation) ? [checkWebHook] : []),
      ...(operation.open ? [] : [requireSession]),
    ],
    ...(operation.open && { bodyLimit: Math.min(bodyLimit, STRANGERS_BODY_LIMIT) }),
    // The contract's readers stand in the place of the framework's validators, whose coercion and
    // order of messages are others than the platform's.
    validatorCompiler: () => () => true,
    preHandler: checkTimeout,
    handler: async (request, reply) => {
      const { params, query, body, ip: address, session } = request;
      const read = readRequest({ path: decodedPath(request.url), query, body } as SentRequest);
      reply.type(JSON_CONTENT_TYPE);
      // The compiled serialiser would miss the required fields that were not asked for.
      if ('fields' in read.query) reply.serializer(JSON.stringify);
      const path = params as Request<Name>['path'];
      return {
        success: true,
        ...(await rule({ ...read, path, caller: { address, session } }, ports)),
      };
    },
  });
  return [operation.path, ...(operation.aliases ?? [])].map((path, index) =>
    route(path, index > 0),
  );
}
