import type { FastifyRequest, FastifySchemaCompiler, RouteOptions } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { answerSchema } from '../contract/envelopes.ts';
import { ApiError } from '../contract/errors.ts';
import {
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
  requireAction,
} from '../contract/request.ts';
import { component } from '../contract/schema.ts';
import type { Ports } from '../domain/ports.ts';
import type { Rule } from '../domain/rule.ts';
import { checkHeaders, checkTimeout } from './headers.ts';
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
}

/**
 * The routes of an operation: its own, and a hidden one for each alias. The order of the checks is
 * decision 34's: headers, session, JSON, types, arguments, existence, operation.
 */
export function operationRoutes<Name extends OperationName>(
  name: Name,
  rule: Rule<Name>,
  { ports, requireSession, onUnknownFields }: OperationContext,
): RouteOptions[] {
  const operation: Operation = operations[name];
  const body = bodySchema(name);
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
    onRequest: [checkHeaders, requireSession],
    ...(operation.method === 'PUT' && {
      preValidation: async (request: FastifyRequest) =>
        requireAction(operation, request.body, decodedPath(request.url)),
    }),
    validatorCompiler: readerCompiler(name, onUnknownFields),
    preHandler: checkTimeout,
    handler: async (request, reply) => {
      reply.type(JSON_CONTENT_TYPE);
      return { success: true, ...(await rule(toRequest<Name>(request), ports)) };
    },
  });
  return [operation.path, ...(operation.aliases ?? [])].map((path, index) =>
    route(path, index > 0),
  );
}

/**
 * Puts the contract's readers in the place of the framework's validator, whose coercion and order of
 * messages are others than the platform's.
 */
function readerCompiler<Name extends OperationName>(
  name: Name,
  onUnknownFields: OnUnknownFields,
): FastifySchemaCompiler<unknown> {
  const reader = compileRequestReader(name, onUnknownFields);
  const read = {
    body: (value: unknown) => reader.readBody(value),
    querystring: (value: unknown) => reader.readQuery(value as Record<string, unknown>),
  };
  return ({ httpPart }) => {
    if (httpPart !== 'body' && httpPart !== 'querystring') return () => true;
    return (value: unknown) => {
      try {
        return { value: read[httpPart](value) };
      } catch (error) {
        if (error instanceof ApiError) return { error };
        throw error;
      }
    };
  };
}

function toRequest<Name extends OperationName>(request: FastifyRequest): Request<Name> {
  const nothing = { params: {}, systemTags: [], userTags: [] };
  return {
    ...((request.body as object | undefined) ?? nothing),
    path: request.params,
    query: request.query,
  } as Request<Name>;
}
