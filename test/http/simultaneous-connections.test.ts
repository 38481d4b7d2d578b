import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { start } from '../../src/index.ts';
import { requiredModelParams } from '../support/resources.ts';

const CLIENTS = 40;

/** Sends one write over a connection of its own; resolves with the status. */
async function addModel(url: string, session: string, name: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ param: { ...requiredModelParams, name } });
  const head = [
    'POST /zstack/v1/ai/models HTTP/1.1',
    `Host: ${hostname}`,
    `Authorization: OAuth ${session}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).split(' ')[1] ?? '';
}

test('the writes of clients that connect at once share commits, though Node accepts one connection a tick', async () => {
  await using aios = await start({ port: 0 });
  const commits = async () => {
    const answer = await fetch(`${aios.url}/_aios/metrics`, { headers: aios.headers });
    const [, count] = /^aios_commit_writes_count (\d+)$/m.exec(await answer.text()) ?? [];
    return Number(count);
  };
  const before = await commits();
  const names = Array.from({ length: CLIENTS }, (_, index) => `model-${index}`);
  const statuses = await Promise.all(names.map((name) => addModel(aios.url, aios.session, name)));
  expect(statuses).toEqual(names.map(() => '200'));
  expect((await commits()) - before).toBeLessThanOrEqual(5);
});
