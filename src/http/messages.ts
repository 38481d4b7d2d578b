import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import { ApiError, type Failure, invalidArgument } from '../contract/errors.ts';
import { messageClass, operationsByMessage, replyClass } from '../contract/messages.ts';
import { isWrite, type Operation, type OperationName, operations } from '../contract/operations.ts';
import { coerceString } from '../contract/validation/scalars.ts';
import { isPlainObject, missing } from '../contract/validation/validator.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import type { Jobs } from '../domain/jobs.ts';
import { admitSession } from '../domain/sessions.ts';
import type { FirstCalls } from './health.ts';
import type { RequestParts, Runner } from './operations.ts';
import { handleError, toFailure } from './protocol/error-handler.ts';
import { asHook, checkHeaders } from './protocol/headers.ts';

type Fields = Record<string, unknown>;

interface Message {
  type: string;
  fields: Fields;
  /** Undefined for a first call, and for an unknown class. */
  operation: OperationName | undefined;
  /** The class of the reply. */
  reply: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The message in the body; undefined for a request of the REST API. */
    message: Message | undefined;
  }
}

interface MessageOptions {
  dependencies: Dependencies;
  jobs: Jobs;
  runners: ReadonlyMap<OperationName, Runner>;
  firstCalls: FirstCalls;
}

/** Reply class of a message of an unknown class (F60). */
const EVENT = 'org.zstack.header.message.APIEvent';

/** Failures that are answered as those of the REST API (F60). */
const HTTP_FAILURES: readonly Failure[] = ['notReady', 'tooManyLogins'];

/** Serves every operation as a message, whose class is the name of the body's one member (F60). */
export async function messageRoutes(
  app: FastifyInstance,
  { dependencies, jobs, runners, firstCalls }: MessageOptions,
): Promise<void> {
  const { clock, formatDate, newUuid } = dependencies;

  const processing = (uuid: string, createDate: number) => ({
    uuid,
    state: 'Processing',
    createdDate: formatDate(createDate),
  });
  const done = (reply: string, content: object, createDate = clock()) => ({
    state: 'Done',
    createdDate: formatDate(createDate),
    finishedDate: formatDate(clock()),
    result: JSON.stringify({ [reply]: content }),
  });

  /** Reads the message in the body, and checks its session before its parameters. */
  async function readMessage(request: FastifyRequest): Promise<void> {
    const [type, fields] = messageOf(request.body);
    const operation = operationsByMessage.get(type);
    const firstReply = firstCalls.has(type) ? type.replace(/Msg$/, 'Reply') : EVENT;
    const reply = operation ? replyClass(operation) : firstReply;
    request.message = { type, fields, operation, reply };
    if (!operation || 'open' in operations[operation] || !dependencies.access.required) return;
    request.session = sessionOf(type, fields);
    await admitSession(request.session, dependencies);
  }

  async function answerMessage(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    const { type, fields, operation, ...message } = request.message as Message;
    const run = operation && runners.get(operation);
    if (!run) {
      const answer = firstCalls.get(type);
      if (!answer) throw invalidArgument(`no message of the class[${type}]`);
      return done(message.reply, await answer());
    }
    if (isWrite(operations[operation]) && jobs.isDelayed) {
      const job = { uuid: newUuid(), operation, createDate: clock(), hookUrl: undefined };
      request.jobRequest = { job, accepted: processing(job.uuid, job.createDate) };
    }
    const answer = await run(request, reply, toParts(operation, fields));
    reply.code(200);
    if (request.jobRequest) return answer;
    const { valid, ...content } = answer as { valid?: boolean };
    return done(message.reply, valid === undefined ? content : { ...content, validSession: valid });
  }

  function answerFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const { message } = request;
    const failure = message && toFailure(error, request);
    if (!failure || HTTP_FAILURES.includes(failure.failure)) handleError(error, request, reply);
    else {
      request.failure = failure;
      reply.send(done(message.reply, { success: false, ...failure.answer }));
    }
  }

  for (const path of ['/api', '/api/']) {
    app.route({
      method: ['POST', 'PUT'],
      url: CONTEXT_PATH + path,
      config: { hasSessionInBody: true },
      onRequest: asHook(checkHeaders),
      preValidation: readMessage,
      handler: answerMessage,
      errorHandler: answerFailure,
    });
  }
  app.route<{ Params: { uuid: string } }>({
    method: ['GET', 'PUT'],
    url: `${CONTEXT_PATH}/api/result/:uuid`,
    handler: async ({ params: { uuid } }) => {
      const { operation, createDate, success, outcome, isRunning } = await jobs.find(uuid);
      if (isRunning) return processing(uuid, createDate);
      return done(replyClass(operation as OperationName), { success, ...outcome }, createDate);
    },
  });
}

/** @throws ApiError SYS.1007 for a body that is not an object of one object */
function messageOf(body: unknown): [type: string, fields: Fields] {
  const [entry, ...others] = isPlainObject(body) ? Object.entries(body) : [];
  if (entry && others.length === 0 && isPlainObject(entry[1])) return [entry[0], entry[1]];
  throw invalidArgument('the body must be an object with one member, named by the message class');
}

/** @throws ApiError ID.1001 without a session's uuid */
function sessionOf(type: string, { session }: Fields): string {
  if (isPlainObject(session) && typeof session.uuid === 'string') return session.uuid;
  const absent = isPlainObject(session) ? 'session uuid' : `session of message[${type}]`;
  throw new ApiError('sessionInvalid', `${absent} is null`);
}

/**
 * Distributes the flat parameters of a message to the parts of a request.
 * @throws ApiError SYS.1007 for a missing path parameter
 */
function toParts(name: OperationName, fields: Fields): RequestParts {
  const { pathParameters, tag, wrapper }: Operation = operations[name];
  const { session: _session, timeout: _timeout, systemTags, userTags, ...parameters } = fields;
  const params: Record<string, string> = {};
  for (const parameter of Object.keys(pathParameters)) {
    const field = tag === 'Sessions' ? 'sessionUuid' : parameter;
    const value = parameters[field] ?? null;
    if (value === null) throw missing(field, { message: messageClass(name) });
    params[parameter] = coerceString(value, field);
    delete parameters[field];
  }
  const tags = { systemTags, userTags };
  if (wrapper) return { params, query: {}, body: { ...tags, [wrapper]: parameters } };
  return { params, query: parameters, body: tags };
}
