import { expect, test } from 'vitest';
import { encodeResponse, yieldToEventLoop } from '../../src/http/limits/in-flight.ts';
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
])('a text of %i characters of several bytes comes and goes whole', async (length) => {
  const server = shared();
  const introduction = `${'語'.repeat(length - 1)}!`;
  const { uuid, ...added } = await addModel(server, { introduction });
  const { body, headers } = await server.get(`${API}/models/${uuid}`);
  expect(added.introduction === introduction).toBe(true);
  expect(body.inventories[0].introduction === introduction).toBe(true);
  expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(JSON.stringify(body)));
});

/** What happens in which order when an answer is made and somebody else waits for a turn. */
async function requestOrder(answer: string): Promise<unknown[]> {
  const order: unknown[] = [];
  setImmediate(() => order.push('another'));
  encodeResponse(answer, (payload) => order.push(payload));
  setImmediate(() => order.push('one who came later'));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return order;
}

test('others have their turn while a large answer is made, but wait for a small one', async () => {
  const [small, large] = ['é', 'é'.repeat(256 * KIB)];
  expect(await requestOrder(small)).toEqual([small, 'another', 'one who came later']);
  const [first, second, answer] = await requestOrder(large);
  expect([first, second]).toEqual(['another', 'one who came later']);
  expect((answer as Buffer).equals(Buffer.from(large))).toBe(true);
});

test('a step of a large body waits for others', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  yieldToEventLoop(KIB * KIB, () => order.push('large'));
  yieldToEventLoop(KIB, () => order.push('small'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['small', 'another', 'large']);
});
