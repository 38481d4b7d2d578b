import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import { ApiError, invalidArgument, temporaryFailures } from '../contract/errors.ts';
import { messageClass, operationsByMessage, replyClass } from '../contract/messages.ts';
import { isWrite, type OperationName, operations } from '../contract/operations.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import type { Jobs } from '../domain/jobs.ts';
import { admitSession } from '../domain/sessions.ts';
import type { Runner } from './operations.ts';
import { handleError, toFailure } from './protocol/error-handler.ts';
import { asHook, checkOperationHeaders } from './protocol/headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The message in the body; undefined for a request of the REST API. */
    message: Message | undefined;
  }
}

type Message = ReturnType<typeof messageOf>;

/** Serves operations and first calls as messages, whose class is the name of the body's one member (F60). */
export function serveMessages(
  app: FastifyInstance,
  dependencies: Dependencies,
  jobs: Jobs,
  runners: ReadonlyMap<OperationName, Runner>,
  firstCalls: ReadonlyMap<string, Runner>,
): void {
  const { access, clock, formatDate, newUuid } = dependencies;

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
    const message = messageOf(request.body);
    request.message = message;
    const { operation } = message;
    if (!operation || 'open' in operations[operation] || !access.required) return;
    request.session = sessionOf(message);
    await admitSession(request.session, dependencies);
  }

  async function answerMessage(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    const { type, operation } = request.message as Message;
    const run = operation ? runners.get(operation) : firstCalls.get(type);
    if (!run) throw invalidArgument(`no message of the class[${type}]`);
    const mayWait = operation && operations[operation].tag !== 'Sessions';
    if (mayWait && isWrite(operations[operation]) && jobs.isDelayed) {
      const job = { uuid: newUuid(), operation, createDate: clock(), hookUrl: undefined };
      request.jobRequest = { job, accepted: processing(job.uuid, job.createDate) };
    }
    const answer = await run(request, reply);
    reply.code(200);
    if (request.jobRequest) return answer;
    const { valid: validSession, ...content } = answer as { valid?: boolean };
    return done(replyClass(type), { ...content, validSession });
  }

  /** Answers a failure of the message; what the HTTP layer rejects is answered as by the REST API (F60). */
  function answerFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    const { message } = request;
    const failure = message && toFailure(error, request);
    if (!failure || temporaryFailures.includes(failure.kind)) {
      return handleError(error, request, reply);
    }
    request.failure = failure;
    const isKnown = message.operation || firstCalls.has(message.type);
    const type = isKnown ? replyClass(message.type) : 'org.zstack.header.message.APIEvent';
    reply.send(done(type, { success: false, ...failure.answer }));
  }

  for (const path of ['/api', '/api/']) {
    app.route({
      method: ['POST', 'PUT'],
      url: CONTEXT_PATH + path,
      config: { hasSessionInBody: true },
      onRequest: asHook(checkOperationHeaders),
      preValidation: readMessage,
      handler: answerMessage,
      errorHandler: answerFailure,
    });
  }
  app.route<{ Params: { uuid: string } }>({
    method: ['GET', 'PUT'],
    url: `${CONTEXT_PATH}/api/result/:uuid`,
    handler: async ({ params }) => {
      const job = await jobs.find(params.uuid);
      if (job.isRunning) return processing(job.uuid, job.createDate);
      const reply = replyClass(messageClass(job.operation as OperationName));
      return done(reply, { success: job.success, ...job.outcome }, job.createDate);
    },
  });
}

/** @throws ApiError SYS.1007 for a body that is not an object of one object */
function messageOf(body: unknown) {
  const [entry, ...others] = isPlainObject(body) ? Object.entries(body) : [];
  const [type = '', fields] = entry ?? [];
  if (isPlainObject(fields) && others.length === 0) {
    return { type, fields, operation: operationsByMessage.get(type) };
  }
  throw invalidArgument('the body must be an object with one member, named by the message class');
}

/** @throws ApiError ID.1001 without a session's uuid */
function sessionOf({ type, fields: { session } }: Message): string {
  if (isPlainObject(session) && typeof session.uuid === 'string') return session.uuid;
  const absent = isPlainObject(session) ? 'session uuid' : `session of message[${type}]`;
  throw new ApiError('sessionInvalid', `${absent} is null`);
}
