import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { clientOf } from '../../src/http/auth/sessions.ts';
import { recordingLogger, startServer } from '../support/server.ts';

const FORWARDED = { 'x-forwarded-for': '203.0.113.9, 10.0.0.7' };
const DIRECT = '127.0.0.1';

test.each<[string, boolean | string[], string]>([
  ['nobody', false, DIRECT],
  ['anybody', true, '203.0.113.9'],
  ['the proxy that calls', ['127.0.0.1'], '10.0.0.7'],
  ['the proxy that calls, by its range', ['127.0.0.0/8'], '10.0.0.7'],
  ['both proxies on the way', ['127.0.0.1', '10.0.0.0/8'], '203.0.113.9'],
  ['another proxy', ['192.0.2.1'], DIRECT],
])('trusting %s, the client’s address in the log is as they say', async (_, trustProxy, address) => {
  const { logger, lines } = recordingLogger('info');
  const server = await startServer({ logger, trustProxy });
  await server.get('/_aios/live', { headers: FORWARDED });
  await server.app.close();
  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  expect(logged).toEqual([expect.objectContaining({ remoteAddress: address })]);
});

test('without the header it is the address of the connection', async () => {
  const { logger, lines } = recordingLogger('info');
  const server = await startServer({ logger, trustProxy: true });
  await server.get('/_aios/live');
  await server.app.close();
  expect(lines.join()).toContain(`"remoteAddress":"${DIRECT}"`);
});

test('where no session is required, a client is a network, as for all other limits', () => {
  const client = (ip: string, session = '') => clientOf({ session, ip } as FastifyRequest);
  expect(client('2001:db8::1')).toBe(client('2001:db8::2'));
  expect(client('2001:db8::1')).not.toBe(client('2001:db8:0:1::1'));
  expect(client('203.0.113.9')).toBe('203.0.113.9');
  expect(client('2001:db8::1', 'session')).toBe('session');
});
