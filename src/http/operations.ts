import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import {
  isWrite,
  type Operation,
  type OperationName,
  operations,
  type Request,
  type Result,
} from '../contract/operations.ts';
import { answerSchema } from '../contract/schemas/envelopes.ts';
import { OperationHeaders, WriteHeaders } from '../contract/schemas/job.ts';
import { component } from '../contract/schemas/types.ts';
import {
  bodySchema,
  compileRequestValidator,
  type OnUnknownFields,
  pathSchema,
  type RawRequest,
} from '../contract/validation/request.ts';
import type { Dependencies, Handler } from '../domain/dependencies.ts';
import type { Jobs } from '../domain/jobs.ts';
import type { SessionCheck } from './auth/sessions.ts';
import type { WebHooks } from './hooks/web-hooks.ts';
import { acceptJob, type createJobRequestParser } from './job-requests.ts';
import { cancelOnDisconnect } from './limits/cancel-on-disconnect.ts';
import type { MetricsSink } from './observe/metrics-route.ts';
import { discardBody, toFailure } from './protocol/error-handler.ts';
import { checkHeaders, checkTimeout } from './protocol/headers.ts';
import { asHook } from './protocol/hook.ts';
import { decodedPath, routePath } from './protocol/paths.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** ZStack's name of what the route does, which logs key on. */
    operation?: string;
  }
  interface FastifyRequest {
    /** What the operation shall fail with, where a test has asked for that. */
    injectedFailure: ApiError | undefined;
  }
}

export interface OperationContext {
  dependencies: Dependencies;
  jobs: Jobs;
  metrics: MetricsSink;
  /** Reads from a write's headers whether it becomes a job. */
  parseJobRequest: ReturnType<typeof createJobRequestParser>;
  webHooks: WebHooks;
  checkSession: SessionCheck;
  onUnknownFields: OnUnknownFields;
  /** Largest body, in bytes. */
  bodyLimit: number;
}

/** Largest body of an operation that asks for no session: strangers must not keep others waiting. */
const UNAUTHENTICATED_BODY_LIMIT = 64 * 1024;

/**
 * The routes of an operation: its own, and a hidden one for each alias. The order of the checks is
 * F34's: headers, session, JSON, types, arguments, existence, operation.
 */
export function operationRoutes<Name extends OperationName>(
  name: Name,
  handler: Handler<Name>,
  context: OperationContext,
): RouteOptions[] {
  const { dependencies, jobs, metrics, parseJobRequest, webHooks } = context;
  const { checkSession, onUnknownFields, bodyLimit } = context;
  const operation: Operation = operations[name];
  const body = bodySchema(name);
  const readRequest = compileRequestValidator(name, onUnknownFields);

  function setJobRequest(request: FastifyRequest): void {
    request.jobRequest = parseJobRequest(name, request);
  }

  /** Where a job is asked for, a stranger's fails: it isn't the request that does (F5). */
  async function authorize(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await checkSession(request);
    } catch (error) {
      const { job, accepted } = request.jobRequest ?? {};
      const isUnauthenticated = error instanceof ApiError && error.failure === 'sessionInvalid';
      if (!isUnauthenticated || !job || !accepted) throw error;
      jobs.reject(job, error);
      discardBody(request.raw);
      await acceptJob(accepted, reply);
    }
  }

  async function checkHook({ jobRequest }: FastifyRequest): Promise<void> {
    if (jobRequest) await webHooks.assertAllowed(jobRequest.job);
  }

  /** @returns what does the operation, once its request's types were judged */
  function prepareOperation(request: FastifyRequest, reply: FastifyReply) {
    const { params, query, body, ip: address, injectedFailure } = request;
    if (injectedFailure) return () => Promise.reject(injectedFailure);
    const readArguments = readRequest({
      path: () => decodedPath(request.url),
      query,
      body,
    } as RawRequest);
    return async (requestDependencies: Dependencies): Promise<Result<Name>> => {
      checkTimeout(request, reply);
      const read = readArguments();
      // The compiled serialiser would miss the uuid where it was not asked for.
      if ('fields' in read.query) reply.serializer(JSON.stringify);
      const path = params as Request<Name>['path'];
      return handler({ path, caller: { address }, ...read }, requestDependencies);
    };
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const operate = prepareOperation(request, reply);
    reply.type(JSON_CONTENT_TYPE);
    if (!request.jobRequest) {
      const scoped = isWrite(operation) ? dependencies : cancelOnDisconnect(dependencies, request);
      return { success: true, ...(await operate(scoped)) };
    }
    const { job, accepted } = request.jobRequest;
    const ended = await jobs.run(job, (store) => operate({ ...dependencies, store }), {
      storesRejections: accepted !== undefined,
      injected: request.injectedFailure,
      failureOf: (thrown) => toFailure(thrown, request),
    });
    metrics.jobEnded(name, 'failure' in ended ? 'failed' : 'succeeded');
    webHooks.callAfter(reply, job);
    if (accepted) return acceptJob(accepted, reply);
    if ('failure' in ended) throw ended.failure;
    return { success: true, ...ended.result };
  }

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
      headers: isWrite(operation) ? WriteHeaders : OperationHeaders,
      ...(body && { body: component(body) }),
      response: { 200: component(answerSchema(name)) },
    },
    onRequest: [
      checkHeaders,
      ...(isWrite(operation) ? [setJobRequest] : []),
      ...(operation.open ? [] : [isWrite(operation) ? authorize : checkSession]),
    ].map(asHook),
    ...(operation.open && { bodyLimit: Math.min(bodyLimit, UNAUTHENTICATED_BODY_LIMIT) }),
    // The contract's readers stand in the place of the framework's validators, whose coercion and
    // order of messages are others than the platform's.
    validatorCompiler: () => () => true,
    ...(isWrite(operation) && { preParsing: checkHook }),
    handler: handle,
  });
  return [operation.path, ...(operation.aliases ?? [])].map((path, index) =>
    route(path, index > 0),
  );
}
