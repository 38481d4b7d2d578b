import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT_PATH, JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { ApiError, invalidArgument } from '../contract/errors.ts';
import { operationsByMessage, replyClass } from '../contract/messages.ts';
import { isWrite, type OperationName, operations } from '../contract/operations.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { FirstReplies } from './first-calls.ts';
import { toParts } from './message-parts.ts';
import {
  cancelOnDisconnect,
  type OperationContext,
  type PreparedOperation,
  runAsJob,
} from './operations.ts';
import { handleError, toFailure } from './protocol/error-handler.ts';
import { asHook, checkHeaders } from './protocol/headers.ts';

interface Message {
  operation: OperationName;
  fields: Record<string, unknown>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The message in the body; undefined for a request of the REST API. */
    message: Message | undefined;
  }
}

export interface MessageContext extends OperationContext {
  /** Whether writes are answered before their jobs end. */
  isDelayed: () => boolean;
  firstReplies: FirstReplies;
}

/** Reply class of a message of an unknown class (F60). */
const EVENT = 'org.zstack.header.message.APIEvent';

/** Serves every operation as a message, whose class is the name of the body's one member (F60). */
export async function messageRoutes(app: FastifyInstance, context: MessageContext): Promise<void> {
  const { dependencies, jobs, checkSession, prepared, isDelayed, firstReplies } = context;
  const { clock, formatDate, newUuid, access } = dependencies;

  const done = (reply: string, content: object, createDate = clock()) => ({
    state: 'Done',
    createdDate: formatDate(createDate),
    finishedDate: formatDate(clock()),
    result: JSON.stringify({ [reply]: content }),
  });
  const processing = (uuid: string, createDate: number) => ({
    uuid,
    state: 'Processing',
    createdDate: formatDate(createDate),
  });

  /** Finds the message's operation and checks its session before the parameters; answers those that need none. */
  async function authorizeMessage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const [type, fields] = messageOf(request.body);
    reply.type(JSON_CONTENT_TYPE);
    if (Object.hasOwn(firstReplies, type)) {
      const first = await firstReplies[type as keyof FirstReplies]();
      return reply.send(done(type.replace(/Msg$/, 'Reply'), first));
    }
    const operation = operationsByMessage.get(type);
    if (!operation) {
      const { answer } = invalidArgument(`no message of the class[${type}]`);
      return reply.send(done(EVENT, { success: false, ...answer }));
    }
    request.message = { operation, fields };
    if ('open' in operations[operation] || !access.required) return;
    request.headers.authorization = `OAuth ${sessionOf(type, fields)}`;
    await checkSession(request);
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    const { operation, fields } = request.message as Message;
    const prepare = prepared.get(operation) as PreparedOperation;
    const operate = prepare(request, reply, toParts(operation, fields));
    const isRead = !isWrite(operations[operation]);
    if (isRead || !isDelayed()) {
      const scoped = isRead ? cancelOnDisconnect(dependencies, request) : dependencies;
      const { valid, ...result } = (await operate(scoped)) as { valid?: boolean };
      const validity = valid !== undefined && { validSession: valid };
      return done(replyClass(operation), { success: true, ...result, ...validity });
    }
    const job = { uuid: newUuid(), operation, createDate: clock(), hookUrl: undefined };
    await runAsJob(context, request, job, operate, { storesRejections: true });
    return processing(job.uuid, job.createDate);
  }

  /** Answers a failed operation with a result; failures of the HTTP layer keep their status. */
  function handleFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const { message } = request;
    const failure = message && toFailure(error, request);
    if (!failure || failure.failure === 'notReady' || failure.failure === 'tooManyLogins') {
      handleError(error, request, reply);
      return;
    }
    const content = { success: false, ...failure.answer };
    reply.code(200).send(done(replyClass(message.operation), content));
  }

  app.decorateRequest('message', undefined);
  for (const path of ['/api', '/api/']) {
    app.route({
      method: ['POST', 'PUT'],
      url: CONTEXT_PATH + path,
      config: { hasSessionInBody: true },
      onRequest: asHook(checkHeaders),
      preValidation: authorizeMessage,
      handler: handle,
      errorHandler: handleFailure,
    });
  }
  app.route<{ Params: { uuid: string } }>({
    method: ['GET', 'PUT'],
    url: `${CONTEXT_PATH}/api/result/:uuid`,
    handler: async ({ params: { uuid } }, reply) => {
      const job = await jobs.find(uuid);
      if (!job) throw new ApiError('jobGone', 'the job has been expired');
      const { operation, createDate, success, body, isRunning } = job;
      reply.type(JSON_CONTENT_TYPE);
      if (isRunning) return processing(uuid, createDate);
      return done(replyClass(operation as OperationName), { success, ...body }, createDate);
    },
  });
}

/** @throws ApiError SYS.1007 for a body that is not an object of one object */
function messageOf(body: unknown): [type: string, fields: Record<string, unknown>] {
  const [entry, ...others] = isPlainObject(body) ? Object.entries(body) : [];
  if (entry && others.length === 0 && isPlainObject(entry[1])) return [entry[0], entry[1]];
  throw invalidArgument('the body must be an object with one member, named by the message class');
}

/** @throws ApiError ID.1001 without a session's uuid */
function sessionOf(type: string, { session }: Record<string, unknown>): string {
  if (isPlainObject(session) && typeof session.uuid === 'string') return session.uuid;
  const missing = isPlainObject(session) ? 'session uuid' : `session of message[${type}]`;
  throw new ApiError('sessionInvalid', `${missing} is null`);
}
