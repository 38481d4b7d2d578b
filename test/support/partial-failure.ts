import { expectRejected } from './errors.ts';
import { type Answer, type Server, startServer } from './server.ts';

/**
 * Expects a write that fails in the middle, since two of its parts get the same uuid, to leave
 * nothing behind.
 * @param prepare adds the resources that the write refers to, and returns the write
 */
export async function expectAllOrNothing(
  prepare: (server: Server) => Promise<() => Promise<Answer>>,
): Promise<void> {
  const random = () => crypto.randomUUID().replaceAll('-', '');
  let newUuid = random;
  const server = await startServer({ newUuid: () => newUuid() });
  const write = await prepare(server);
  const same = random();
  newUuid = () => same;
  await expectRejected(server, write, {
    status: 503,
    code: 'SYS.1000',
    details: `see the server's log for the request ${same}`,
  });
}
