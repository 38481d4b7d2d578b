import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { DeploymentOutcome } from '../contract/deployment-outcome.ts';
import { ApiError } from '../contract/errors.ts';
import { MessageQueryParams, partsOf } from '../contract/messages.ts';
import {
  isWrite,
  type Operation,
  type OperationName,
  operations,
  type Request,
} from '../contract/operations.ts';
import {
  compileRequestValidator,
  type OnUnknownFields,
  type RawRequest,
} from '../contract/validation/request.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { Dependencies, Handler } from '../domain/dependencies.ts';
import { handlers } from '../domain/handlers.ts';
import type { Jobs } from '../domain/jobs.ts';
import { clientOf, type SessionCheck } from './auth/sessions.ts';
import type { WebHooks } from './hooks/web-hooks.ts';
import { completeResult, type jobRequestSetter, runAsJob } from './jobs.ts';
import type { Metrics } from './metrics.ts';
import { discardBody } from './protocol/error-handler.ts';
import { asHook, checkOperationHeaders, checkTimeout } from './protocol/headers.ts';
import { noAction } from './protocol/route-table.ts';
import { routePattern } from './protocol/urls.ts';
import { operationOf } from './request-log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** ZStack's name of the route's operation; logs and metrics are labelled with it. */
    operation?: string;
  }
  interface FastifyRequest {
    /** The error that the operation fails with, if fault injection chose one. */
    injectedFailure: ApiError | undefined;
    /** The status that the deployment gets, and when, if fault injection chose that. */
    injectedOutcome: DeploymentOutcome | undefined;
    /** The operation that the body names, of a path with several actions (F32). */
    action: OperationName | undefined;
    /** The error that the request was answered with. */
    failure: ApiError | undefined;
  }
}

/**
 * Runs an operation for a request or its message, as a job if the request has one.
 * @returns the body of the answer; its status is 202 if it is not that of the result
 */
export type Runner = (request: FastifyRequest, reply: FastifyReply) => Promise<object>;

interface OperationContext {
  dependencies: Dependencies;
  jobs: Jobs;
  metrics: Metrics;
  webHooks: WebHooks;
  onUnknownFields: OnUnknownFields;
  setJobRequest: ReturnType<typeof jobRequestSetter>;
  checkSession: SessionCheck;
}

/** Maximum body of an operation that unauthenticated clients may call, in bytes. */
const UNAUTHENTICATED_BODY_LIMIT = 64 * 1024;

function createRunner(name: OperationName, context: OperationContext): Runner {
  const { dependencies, webHooks, onUnknownFields } = context;
  const handler = handlers[name] as Handler<OperationName>;
  const validateRequest = compileRequestValidator(name, onUnknownFields);
  const validateMessage = name.startsWith('Query')
    ? compileRequestValidator(name, onUnknownFields, MessageQueryParams)
    : validateRequest;

  /** Validates types (F54); returns a function that validates arguments (F53) and calls the handler. */
  function prepare(request: FastifyRequest, reply: FastifyReply) {
    const { injectedFailure, injectedOutcome: outcome, message, raw } = request;
    if (injectedFailure) return () => Promise.reject(injectedFailure);
    const validateTypes = message ? validateMessage : validateRequest;
    const { params, query, body } = message ? partsOf(name, message.fields) : request;
    const validateArguments = validateTypes({ query, body } as RawRequest);
    return async (scoped: Dependencies) => {
      checkTimeout(request, reply);
      const isAborted = () => raw.socket.destroyed;
      const caller = { address: request.ip, client: clientOf(request), isAborted };
      const validated = { path: params, caller, outcome, ...validateArguments() };
      return handler(validated as Request<OperationName>, scoped);
    };
  }

  return async (request, reply) => {
    const operate = prepare(request, reply);
    const complete = (result: object) => completeResult(request, name, result);
    if (!request.jobRequest) return { success: true, ...complete(await operate(dependencies)) };
    const { job, accepted } = request.jobRequest;
    const ended = await runAsJob(context, request, request.jobRequest, operate, complete);
    webHooks.callAfter(reply, job);
    if (accepted) {
      reply.code(202);
      return accepted;
    }
    if (ended instanceof ApiError) throw ended;
    return { success: true, ...complete(ended) };
  };
}

/**
 * Serves all operations: one route for each path and alias. Checks run in the order of F34: headers, session, JSON,
 * types, arguments, existence, operation.
 * @returns what runs each operation, for the message API
 */
export function serveOperations(
  app: FastifyInstance,
  context: OperationContext,
): ReadonlyMap<OperationName, Runner> {
  const { jobs, webHooks, setJobRequest, checkSession } = context;

  async function checkHook(request: FastifyRequest): Promise<void> {
    if (request.jobRequest) await webHooks.assertAllowed(request.jobRequest.job, request);
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
      const isUnauthenticated = error instanceof ApiError && error.kind === 'sessionInvalid';
      // An unauthenticated client must not cause the lookup of a name.
      if (job && !webHooks.needsLookup(job)) await checkHook(request);
      if (!isUnauthenticated || !job || !accepted || job.hookUrl) throw error;
      jobs.reject(job, error);
      discardBody(request.raw);
      await reply.code(202).send(accepted);
    }
  }

  const { bodyLimit = UNAUTHENTICATED_BODY_LIMIT } = app.initialConfig;
  const openLimit = { bodyLimit: Math.min(bodyLimit, UNAUTHENTICATED_BODY_LIMIT) };
  const openHooks = [checkOperationHeaders].map(asHook);
  const readHooks = [checkOperationHeaders, checkSession].map(asHook);
  const writeHooks = [checkOperationHeaders, setJobRequest, authorizeWrite].map(asHook);

  const runners = new Map<OperationName, Runner>();
  const runActionOf: RouteHandlerMethod = (request, reply) => {
    const { action, injectedFailure, body, url } = request;
    if (!action && !injectedFailure && isPlainObject(body ?? {})) throw noAction(url);
    return runners.get(operationOf(request) as OperationName)?.(request, reply);
  };
  for (const name of Object.keys(operations) as OperationName[]) {
    const operation: Operation = operations[name];
    const { method, path, aliases = [], open, needsAction } = operation;
    const run = createRunner(name, context);
    runners.set(name, run);
    const writes = isWrite(operation);
    for (const url of [path, ...aliases].map(routePattern)) {
      // The route of a path with several actions is that of the first.
      if (app.hasRoute({ method, url })) continue;
      app.route({
        method,
        url,
        // Its handler limits waiting attempts, which would otherwise use up the limit of requests in flight.
        config: { operation: name, hasOwnLimit: name === 'LogInByAccount' },
        onRequest: open ? openHooks : writes ? writeHooks : readHooks,
        ...(open && openLimit),
        ...(writes && { preParsing: checkHook }),
        ...(needsAction && { preValidation: asHook(setAction) }),
        handler: needsAction ? runActionOf : run,
      });
    }
  }
  return runners;
}

const actions = (Object.keys(operations) as OperationName[]).filter(
  (name) => (operations[name] as Operation).needsAction,
);

/** Sets the operation whose wrapper the body has, even if that is null, where the path has several actions (F32). */
function setAction(request: FastifyRequest): void {
  const { body, jobRequest } = request;
  const isNamed = (name: OperationName) =>
    isPlainObject(body) && Object.hasOwn(body, (operations[name] as Operation).wrapper ?? '');
  request.action = actions.find(isNamed);
  if (request.action && jobRequest) jobRequest.job.operation = request.action;
}
