import { expect, test } from 'vitest';
import { encodeAnswer, yieldToEventLoop } from '../../src/http/protocol/event-loop.ts';
import { addModel } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const KIB = 1024;
const shared = sharedServer();

test.each([
  1,
  256 * KIB - 1,
  256 * KIB,
  3 * KIB * KIB,
])('a text of %i characters of several bytes is received and returned whole', async (length) => {
  const server = shared();
  const introduction = `${'語'.repeat(length - 1)}!`;
  const { uuid, ...added } = await addModel(server, { introduction });
  const { body, headers } = await server.get(`${API}/models/${uuid}`);
  expect(added.introduction === introduction).toBe(true);
  expect(body.inventories[0].introduction === introduction).toBe(true);
  expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(JSON.stringify(body)));
});

/** The order of events when a response is encoded while another task waits for the event loop. */
async function requestOrder(answer: string): Promise<unknown[]> {
  const order: unknown[] = [];
  setImmediate(() => order.push('another'));
  encodeAnswer(answer, (payload) => order.push(payload));
  setImmediate(() => order.push('one who came later'));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return order;
}

test('encoding a large response yields to the event loop, encoding a small one does not', async () => {
  const [small, large] = ['é', 'é'.repeat(256 * KIB)];
  expect(await requestOrder(small)).toEqual([small, 'another', 'one who came later']);
  const [first, second, answer] = await requestOrder(large);
  expect([first, second]).toEqual(['another', 'one who came later']);
  expect((answer as Buffer).equals(Buffer.from(large))).toBe(true);
});

test('parsing a large body yields to the event loop', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  yieldToEventLoop(KIB * KIB, () => order.push('large'));
  yieldToEventLoop(KIB, () => order.push('small'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['small', 'another', 'large']);
});
