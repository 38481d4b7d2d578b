import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../contract/errors.ts';

/** Maximum number of `quietMs` pauses, because some clients never stop sending. */
const PAUSES_MAX = 20;

/** Interval, in milliseconds, between calls that close idle connections. */
const IDLE_CHECK_MS = 50;

/**
 * Makes the app close gracefully: requests in flight are answered, new ones are rejected with SYS.1010.
 * @param graceMs milliseconds until all open connections are closed
 * @param quietMs milliseconds without new connections or requests after which the server stops listening
 */
export function closeGracefully(app: FastifyInstance, graceMs: number, quietMs: number): void {
  let closing = false;
  let arrivals = 0;
  let idleCheck: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;

  /** Gives time to accepted connections: on close, Node drops those that it hasn't read from yet. */
  async function waitUntilQuiet(): Promise<void> {
    let quiet = 0;
    // Twice, because the process may have been too busy to read during the first pause.
    for (let pause = 0; quiet < 2 && pause < PAUSES_MAX; pause++) {
      const before = arrivals;
      await setTimeout(quietMs);
      quiet = arrivals === before ? quiet + 1 : 0;
    }
  }

  app.server.on('connection', () => arrivals++);
  app.addHook('onRequest', (_request, _reply, done) => {
    arrivals++;
    if (!closing) done();
    else done(new ApiError('notReady', 'the server is stopping', { connection: 'close' }));
  });
  app.addHook('preClose', async () => {
    closing = true;
    deadline = globalThis.setTimeout(() => app.server.closeAllConnections(), graceMs);
    await waitUntilQuiet();
    // A keep-alive connection that becomes idle later would keep the server open.
    idleCheck = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  });
  app.addHook('onClose', async () => {
    clearInterval(idleCheck);
    clearTimeout(deadline);
  });
}
