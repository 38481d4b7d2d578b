import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../domain/dependencies.ts';
import { operationOf } from '../http/request-log.ts';
import type { Control } from './control.ts';
import { faultError } from './faults.ts';
import { redactEntry } from './journal.ts';
import { isOfApi, recordRequests } from './recording.ts';

/** The journal's status of a request whose connection was dropped. */
const DROPPED = 0;

/** Injects the configured faults into requests, and records the requests in the journal. */
export function injectFaults(
  app: FastifyInstance,
  control: Control,
  { wellKnownSessions }: Access,
): void {
  const { now, journal } = control;
  const recordEntry = recordRequests(app, now, (entry, request) =>
    journal.add(redactEntry(entry, [request.session, ...wellKnownSessions])),
  );

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
}
