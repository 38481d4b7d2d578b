import { expect, onTestFinished, test } from 'vitest';
import { clientsOf, peakMegabytes, withNeighbour } from '../support/clients.ts';
import { expectFailure } from '../support/failures.ts';
import { launchServing } from '../support/process.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { API } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures, programWith } from './attack.ts';

const HEAD = rawRequest('GET', API).slice(0, -2);
const heads: Record<string, string> = {
  'of 250 KB': `${HEAD}X: ${'a'.repeat(250_000)}`,
  'of 79 KiB': `${HEAD}X: ${'a'.repeat(79 * 1024)}`,
  'of many short headers': HEAD + 'ab:cd\r\n'.repeat(990),
  'after a complete request': `${HEAD}\r\n${HEAD}X: ${'a'.repeat(60_000)}`,
};

test.each(
  Object.entries(heads).flatMap(([name, bytes]) =>
    [2000, 6000].map((connections) => ({ name, connections, bytes })),
  ),
)('$connections unfinished heads $name', async ({ name, connections, bytes }) => {
  const command = programWith(20_000, '--max-old-space-size=512');
  const program = await launchServing({ onTestFinished }, { command });
  const { url } = program;
  const time = 1000 * ATTACK_SECONDS;
  const { result, neighbour } = await withNeighbour(url, () =>
    clientsOf({ kind: 'held', url, bytes, connections, addresses: 20, time }),
  );
  const peak = peakMegabytes(program.pid);
  printFigures(`unfinished heads ${name}`, {
    connections: result.connections,
    'peak RSS, MB': peak,
    ...result.answers,
  });
  expect(peak).toBeLessThan(400);
  expect(Object.keys(neighbour.answers)).toEqual(['200']);
  expect(program.stderr()).toBe('');
});

test('while many connections are open, new ones are served whose heads are short', async () => {
  const program = await launchServing({ onTestFinished }, { command: programWith(20_000) });
  const { url } = program;
  const first = await openConnection(url);
  for (let open = 0; open < 512; open++) await openConnection(url);
  const get = (headers: Record<string, string>) => rawRequest('GET', `${API}/models`, headers);
  const long = get({ 'X-Long': 'a'.repeat(9000) });
  const many = get({ 'X-Many': 'a\r\nX-Many: '.repeat(70) });
  expect((await exchange(url, get({ 'X-Short': 'a'.repeat(7000) }))).status).toBe(200);
  for (const request of [long, many]) {
    const answer = await exchange(url, request);
    expectFailure(answer, 503, 'SYS.1010', expect.stringContaining('too many connections'));
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  await first.send(long);
  expect((await first.answer()).status).toBe(200);
});
