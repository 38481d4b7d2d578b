import { describe, expect, test } from 'vitest';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
const TINY = 'GET / HTTP/1.1\r\nHost:a\r\n\r\n';

describe('pipelined requests', () => {
  test('do not hold up another connection: one of them is handled, then those of others', async () => {
    const server = await startServer();
    const [many, other] = [await openConnection(server.url), await openConnection(server.url)];
    const count = 400;
    let answered = 0;
    const sent = [many.send(TINY.repeat(count)), other.send(rawRequest('GET', MODELS))];
    const all = (async () => {
      for (; answered < count; answered++) expect((await many.answer()).status).toBe(404);
    })();
    expect((await other.answer()).status).toBe(200);
    expect(answered).toBeLessThan(count);
    await Promise.all([...sent, all]);
  });

  test('are all answered, those of several packets and with bodies too', async () => {
    const server = await startServer();
    const connection = await openConnection(server.url);
    const body = JSON.stringify({ param: { ...requiredModelParams, logo: 'a'.repeat(100_000) } });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': `${body.length}` };
    const one = rawRequest('POST', MODELS, headers, body) + rawRequest('GET', MODELS).repeat(50);
    for (let packet = 0; packet < 4; packet++) await connection.send(one);
    for (let packet = 0; packet < 4; packet++) {
      expect((await connection.answer()).body.inventory.name).toBe(requiredModelParams.name);
      for (let each = 0; each < 50; each++) {
        expect((await connection.answer()).body.inventories).toHaveLength(packet + 1);
      }
    }
  });

  test('are all answered where each answer fills the socket, whose reading stops in the middle of a head', async () => {
    const server = await startServer({ timeouts: { headers: 50, request: 100, check: 1 } });
    await server.post(MODELS, { param: { ...requiredModelParams, logo: 'a'.repeat(70_000) } });
    const connection = await openConnection(server.url);
    const count = 1200;
    const sent = connection.send(rawRequest('GET', MODELS).repeat(count));
    for (let each = 0; each < count; each++) {
      expect((await connection.answer()).body.inventories).toHaveLength(1);
    }
    await sent;
  });

  test('close their connection where more than 700 wait; what is left of them is not even parsed', async () => {
    const server = await startServer();
    let parsed = 0;
    server.app.server.on('request', () => parsed++);
    const connection = await openConnection(server.url);
    await connection.send(TINY.repeat(2000)).catch(() => {});
    await connection.closed();
    expect(parsed).toBeGreaterThan(700);
    expect(parsed).toBeLessThan(708);
    expect((await server.get(MODELS)).status).toBe(200);
  });
});
