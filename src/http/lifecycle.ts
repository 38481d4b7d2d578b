import type { FastifyInstance } from 'fastify';
import { ApiError } from '../contract/errors.ts';

/** How often connections that have become idle are looked for while closing. */
const IDLE_CHECK_MS = 50;

/**
 * Lets the app close within a bound: what is in flight is answered, what arrives is refused with
 * SYS.1010, and connections still open after `graceMs` are cut.
 */
export function closeWithin(app: FastifyInstance, graceMs: number): void {
  let closing = false;
  let idleCheck: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  app.addHook('onRequest', async () => {
    if (closing) throw new ApiError('notReady', 'the server is stopping');
  });
  app.addHook('preClose', async () => {
    closing = true;
    // Node closes the connections idle now; a keep-alive one that becomes idle later would hold it.
    idleCheck = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
    deadline = setTimeout(() => app.server.closeAllConnections(), graceMs);
  });
  app.addHook('onClose', async () => {
    clearInterval(idleCheck);
    clearTimeout(deadline);
  });
}
