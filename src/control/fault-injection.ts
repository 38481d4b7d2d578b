import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import type { Access } from '../domain/dependencies.ts';
import { decodedPath, normalizedPath } from '../http/protocol/urls.ts';
import { operationOf } from '../http/request-log.ts';
import type { Control } from './control.ts';
import { faultError } from './faults.ts';
import { redactEntry } from './journal.ts';

/** The journal's status of a request whose connection was dropped. */
const DROPPED = 0;

/** Injects the configured faults into requests, and records the requests in the journal. */
export function injectFaults(
  app: FastifyInstance,
  control: Control,
  { wellKnownSessions }: Access,
): void {
  const answers = new WeakMap<FastifyRequest, unknown>();

  function recordEntry(request: FastifyRequest, status: number, ms: number): void {
    if (!isOfApi(request)) return;
    const entry = {
      time: new Date(control.now()).toISOString(),
      operation: operationOf(request) ?? null,
      method: request.method,
      path: decodedPath(request.url),
      query: request.query,
      status,
      ms: Math.round(ms * 10) / 10,
      request: request.body ?? null,
      response: parsedAnswer(answers.get(request)),
    };
    control.journal.add(redactEntry(entry, [request.session, ...wellKnownSessions]));
  }

  function dropConnection(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    request.raw.socket.destroy();
  }

  app.addHook('onRequest', async (request) => {
    if (isOfApi(request)) await control.refresh();
  });

  app.addHook('preHandler', async (request, reply) => {
    const operation = operationOf(request);
    const fault = operation === undefined ? undefined : await control.consumeFault(operation);
    if (!fault) return;
    if (fault.delayMs !== undefined) {
      const signal = control.resetSignal;
      await setTimeout(fault.delayMs, undefined, { ref: false, signal }).catch(() => {});
      await control.refresh();
      if (signal.aborted) return dropConnection(request, reply);
    }
    if (fault.drop) {
      dropConnection(request, reply);
      recordEntry(request, DROPPED, reply.elapsedTime);
    } else if (fault.status !== undefined) {
      await reply.code(fault.status).send(faultError(fault).answer);
    } else if (fault.error) {
      request.injectedFailure = faultError(fault);
    } else request.injectedOutcome = fault.outcome;
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    answers.set(request, payload);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) =>
    recordEntry(request, reply.statusCode, reply.elapsedTime),
  );
}

const isOfApi = ({ url }: FastifyRequest) => normalizedPath(url).startsWith(`${CONTEXT_PATH}/`);

/** An answer, with the text `result` of a message (F60) parsed, because its members may have to be masked. */
function parsedAnswer(answer: unknown = null): unknown {
  const { result } = (answer ?? {}) as { result?: unknown };
  return typeof result === 'string'
    ? { ...(answer as object), result: JSON.parse(result) }
    : answer;
}
