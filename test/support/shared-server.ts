import { afterAll, beforeAll } from 'vitest';
import { openServer, type Server } from './server.ts';

/**
 * One server for all tests of the block it is called in, which store nothing.
 * @returns a function that returns the server, once the tests run
 */
export function sharedServer(overrides: Parameters<typeof openServer>[0] = {}): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await openServer(overrides);
  });
  afterAll(() => server?.close());
  return () => {
    if (!server) throw new Error('the server is there only while tests run');
    return server;
  };
}
