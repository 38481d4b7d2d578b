import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../contract/errors.ts';

/** How many such pauses there may be: clients that never pause are cut in the end. */
const PAUSES_MAX = 20;

/** How often connections that have become idle are looked for while closing. */
const IDLE_CHECK_MS = 50;

/**
 * Lets the app close within a bound: what is in flight is answered, what arrives is refused with
 * SYS.1010, and connections still open after `graceMs` are cut. It goes on listening until nothing has
 * arrived for `quietMs`.
 */
export function closeGracefully(app: FastifyInstance, graceMs: number, quietMs: number): void {
  let closing = false;
  let arrivals = 0;
  let idleCheck: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;

  /** Node cuts connections that it has accepted but not read from: these are given time. */
  async function waitUntilQuiet(): Promise<void> {
    let quiet = 0;
    // Twice: the first pause may have passed while the process was busy and read nothing.
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
    // A keep-alive connection that becomes idle only later would hold the server open.
    idleCheck = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  });
  app.addHook('onClose', async () => {
    clearInterval(idleCheck);
    clearTimeout(deadline);
  });
}
