import { distance } from 'fastest-levenshtein';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { ApiError, invalidArgument } from '../contract/errors.ts';
import { absentOperations } from '../contract/operations/absent.ts';
import {
  isWrite,
  type Operation,
  type OperationName,
  operations,
  type Request,
  type Result,
} from '../contract/operations.ts';
import type { ConditionText } from '../contract/schemas/query.ts';
import {
  compileRequestValidator,
  type OnUnknownFields,
  type RawRequest,
} from '../contract/validation/request.ts';
import type { Dependencies, Handler } from '../domain/dependencies.ts';
import type { JobResult, Jobs } from '../domain/jobs.ts';
import type { NewJob } from '../domain/records.ts';
import { clientOf, type SessionCheck } from './auth/sessions.ts';
import type { WebHooks } from './hooks/web-hooks.ts';
import { completeResult, type createJobRequestParser } from './jobs.ts';
import type { Metrics } from './observe.ts';
import { discardBody, toFailure } from './protocol/error-handler.ts';
import { asHook, checkHeaders, checkTimeout } from './protocol/headers.ts';
import { decodedPath, routePath } from './protocol/urls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** ZStack's name of the route's operation; logs and metrics are labelled with it. */
    operation?: string;
  }
  interface FastifyRequest {
    /** The error that the operation fails with, if fault injection chose one. */
    injectedFailure: ApiError | undefined;
    /** The error that the request was answered with. */
    failure: ApiError | undefined;
  }
}

/** The parts of a request before validation: by default those of the URL and body, or those of a message. */
export type SentParts = Record<'params' | 'query' | 'body', unknown> & {
  conditions?: readonly ConditionText[] | undefined;
};

export type PreparedOperation<Name extends OperationName = OperationName> = (
  request: FastifyRequest,
  reply: FastifyReply,
  sent?: SentParts,
) => (scoped: Dependencies) => Promise<Result<Name>>;

export interface OperationContext {
  dependencies: Dependencies;
  jobs: Jobs;
  metrics: Metrics;
  parseJobRequest: ReturnType<typeof createJobRequestParser>;
  webHooks: WebHooks;
  checkSession: SessionCheck;
  onUnknownFields: OnUnknownFields;
  /** Maximum size of a body, in bytes. */
  bodyLimit: number;
  /** Every operation, for the message API. */
  prepared: Map<OperationName, PreparedOperation>;
}

/** Maximum body of an operation that unauthenticated clients may call, in bytes. */
const UNAUTHENTICATED_BODY_LIMIT = 64 * 1024;

/** Maximum number of unknown fields remembered as logged: clients can send any name. */
const LOGGED_FIELDS_MAX = 1000;

/**
 * The routes of an operation: one for its path and one for each alias. Checks run in the order of F34:
 * headers, session, JSON, types, arguments, existence, operation.
 */
export function operationRoutes<Name extends OperationName>(
  name: Name,
  handler: Handler<Name>,
  context: OperationContext,
): RouteOptions[] {
  const { dependencies, jobs, parseJobRequest, webHooks } = context;
  const { checkSession, onUnknownFields, bodyLimit } = context;
  const operation: Operation = operations[name];
  const writes = isWrite(operation);
  const validateTypes = compileRequestValidator(name, onUnknownFields);

  function setJobRequest(request: FastifyRequest): void {
    request.jobRequest = parseJobRequest(name, request);
  }

  /**
   * Checks the session. A write as a job is answered with a failed job if the session is invalid, unless
   * its client waits for a hook, which no unknown client gets (F5).
   */
  async function authorizeWrite(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await checkSession(request);
    } catch (error) {
      const { job, accepted } = request.jobRequest ?? {};
      const isUnauthenticated = error instanceof ApiError && error.failure === 'sessionInvalid';
      // An unauthenticated client must not cause the lookup of a name.
      if (job && !webHooks.needsLookup(job)) await checkHook(request);
      if (!isUnauthenticated || !job || !accepted || job.hookUrl) throw error;
      jobs.reject(job, error);
      discardBody(request.raw);
      await reply.code(202).type(JSON_CONTENT_TYPE).send(accepted);
    }
  }

  async function checkHook(request: FastifyRequest): Promise<void> {
    if (request.jobRequest) await webHooks.assertAllowed(request.jobRequest.job, request);
  }

  /**
   * Validates the types of a request (F54).
   * @returns a function that validates the arguments (F53) and calls the handler
   */
  const prepareOperation: PreparedOperation<Name> = (request, reply, sent = request) => {
    const { ip: address, injectedFailure } = request;
    if (injectedFailure) return () => Promise.reject(injectedFailure);
    const { params, query, body, conditions } = sent;
    const path = () => decodedPath(request.url);
    const validateArguments = validateTypes({ path, query, body } as RawRequest);
    return async (scoped) => {
      checkTimeout(request, reply);
      const path = params as Request<Name>['path'];
      return handler({ path, caller: { address }, conditions, ...validateArguments() }, scoped);
    };
  };
  context.prepared.set(name, prepareOperation);

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const operate = prepareOperation(request, reply);
    const complete = (result: object) => completeResult(request, name, result);
    reply.type(JSON_CONTENT_TYPE);
    if (!request.jobRequest) {
      const scoped = writes ? dependencies : cancelOnDisconnect(dependencies, request);
      return { success: true, ...complete(await operate(scoped)) };
    }
    const { job, accepted } = request.jobRequest;
    const storesRejections = accepted !== undefined;
    const ended = await runAsJob(context, request, job, operate, { storesRejections, complete });
    webHooks.callAfter(reply, job);
    if (accepted) return reply.code(202).send(accepted);
    if ('failure' in ended) throw ended.failure;
    return { success: true, ...complete(ended.result) };
  }

  return [operation.path, ...(operation.aliases ?? [])].map((path) => ({
    method: operation.method,
    url: routePath(path),
    // Its handler limits waiting attempts, which would otherwise use up the limit of requests in flight.
    config: { operation: name, hasOwnLimit: name === 'LogInByAccount' },
    onRequest: [
      checkHeaders,
      ...(writes ? [setJobRequest] : []),
      ...(operation.open ? [] : [writes ? authorizeWrite : checkSession]),
    ].map(asHook),
    ...(operation.open && { bodyLimit: Math.min(bodyLimit, UNAUTHENTICATED_BODY_LIMIT) }),
    ...(writes && { preParsing: checkHook }),
    handler: handle,
  }));
}

/** Runs an operation as a job, whose outcome is stored with its write, and counts it. */
export async function runAsJob<Outcome extends object>(
  { dependencies, jobs, metrics }: Pick<OperationContext, 'dependencies' | 'jobs' | 'metrics'>,
  request: FastifyRequest,
  job: NewJob,
  operate: (scoped: Dependencies) => Promise<Outcome>,
  options: { storesRejections: boolean; complete?: (result: object) => object },
): Promise<JobResult<Outcome>> {
  const ended = await jobs.run(job, (store) => operate({ ...dependencies, store }), {
    storesRejections: options.storesRejections,
    injected: request.injectedFailure,
    failureOf: (thrown) => toFailure(thrown, request),
    toOutcome: options.complete,
  });
  metrics.jobEnded(job.operation, 'failure' in ended ? 'failed' : 'succeeded');
  return ended;
}

/** The routes of the platform's operations that this server lacks, which it rejects by name (F32). */
export function absentRoutes({ checkSession }: Pick<OperationContext, 'checkSession'>) {
  return absentOperations.map(({ method, path, name }) => ({
    method,
    url: routePath(path),
    config: { isAbsent: true },
    onRequest: asHook(checkSession),
    handler: async ({ url }: FastifyRequest) => {
      throw invalidArgument(
        `this server does not provide the operation[${name}] of the URL[${decodedPath(url)}]`,
      );
    },
  }));
}

/** The dependencies of one request, whose reads are skipped once the client has disconnected. */
export function cancelOnDisconnect(
  dependencies: Dependencies,
  request: FastifyRequest,
): Dependencies {
  const { store } = dependencies;
  const { socket } = request.raw;
  const reader = { isAborted: () => socket.destroyed, client: clientOf(request) };
  const reads: Pick<typeof store, 'find' | 'list' | 'listFields' | 'listWithTotal' | 'count'> = {
    find: (kind, uuid) => store.find(kind, uuid, reader),
    list: (kind, query) => store.list(kind, query, reader),
    listFields: (kind, query, fields) => store.listFields(kind, query, fields, reader),
    listWithTotal: (kind, query, fields) => store.listWithTotal(kind, query, fields, reader),
    count: (kind, conditions) => store.count(kind, conditions, reader),
  };
  return { ...dependencies, store: Object.assign(Object.create(store), reads) };
}

/** Ignores unknown names, as the platform does, and logs each, or a missing wrapper, once (F10, F32, F43). */
export function ignoreUnknownFields(
  log: Pick<FastifyBaseLogger, 'debug' | 'warn'>,
): OnUnknownFields {
  const logged = new Set<string>();
  const isNew = (name: string) => {
    if (logged.has(name) || logged.size >= LOGGED_FIELDS_MAX) return false;
    logged.add(name);
    return true;
  };
  return ({ message, fields, known, parameters, missingWrapper }) => {
    if (missingWrapper !== undefined && isNew(message))
      log.warn({ message }, `the body has parameters, but no "${missingWrapper}" around them`);
    for (const field of fields.map((each) => each.slice(0, 100))) {
      if (!isNew(`${message}.${field}`)) continue;
      const nearest = known.find((name) => distance(name, field) <= Math.min(2, field.length / 3));
      const isMistake = nearest || field === 'dockerImage' || field === 'vmImageUuid';
      log[isMistake ? 'warn' : 'debug']({ message, field, nearest }, 'unknown field ignored');
    }
    for (const parameter of parameters.map((each) => each.slice(0, 100))) {
      const hint = parameter === 'q[]' ? ': a list is sent as q=…&q=…, also to the platform' : '';
      if (isNew(`${message}?${parameter}`))
        log.warn({ message, parameter }, `unknown query parameter ignored${hint}`);
    }
  };
}

/** Rejects unknown names with SYS.1007, which makes typing errors visible (F10, F43). */
export const rejectUnknownFields: OnUnknownFields = ({ message, fields, parameters }) => {
  const [field, kind] = fields.length > 0 ? [fields[0], 'field'] : [parameters[0], 'parameter'];
  throw invalidArgument(`${kind}[${field}] is not a ${kind} of message[${message}]`);
};
