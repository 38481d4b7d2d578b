import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { launchServing } from '../support/process.ts';
import { rawRequest } from '../support/raw-http.ts';
import { API } from '../support/server.ts';
import { printFigures } from './attack.ts';

const MODELS = `${API}/models`;
const [ID, SECRET] = ['AKIDEXAMPLE', 'wJalrXUtnFEMI'];
/** Version 0.7 took 40 KB for each. */
const REQUESTS = 6000;
/** Requests of one connection. */
const PIPELINED = 200;

/** Writes each letter in either case, by the bits of a number. */
function inMixedCase(zone: string, bits: number): string {
  const letters = [...zone].map((letter, index) =>
    (bits >> (index % 30)) & 1 ? letter.toUpperCase() : letter.toLowerCase(),
  );
  return letters.join('');
}

test.each([
  ['without a key', 'x', '503'],
  ['with a key', SECRET, '200'],
])('dates in ever new spellings of zones take little memory: %s', async (who, secret, status) => {
  const env = { AIOS_ACCESS_KEY: `${ID}:${SECRET}` };
  const program = await launchServing({ onTestFinished }, { env });
  const megabytes = () => {
    const [, kilobytes] =
      /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1000);
  };
  const zones = Intl.supportedValuesOf('timeZone');
  const requestOf = (count: number) => {
    const zone = inMixedCase(zones[count % zones.length] ?? '', count);
    // The wall clock of the server's zone, which is accepted in any zone.
    const date = new Date().toUTCString().replace('GMT', zone);
    const signature = createHmac('sha1', secret)
      .update(`GET\n${date}\n${MODELS.slice('/zstack'.length)}`)
      .digest('base64');
    const isLast = count % PIPELINED === PIPELINED - 1;
    return rawRequest('GET', MODELS, {
      date,
      Authorization: `ZStack ${ID}:${signature}`,
      connection: isLast ? 'close' : 'keep-alive',
    });
  };
  const { hostname, port } = new URL(program.url);
  const statuses: string[] = [];
  let before = 0;
  for (let count = 0; count < REQUESTS; count += PIPELINED) {
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    const requests = Array.from({ length: PIPELINED }, (_, index) => requestOf(count + index));
    socket.write(requests.join(''));
    const answers = (await socket.toArray()).join('');
    statuses.push(...[...answers.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, each = '']) => each));
    before ||= megabytes();
  }
  const grown = megabytes() - before;
  printFigures(`dates ${who}`, {
    requests: statuses.length,
    'RSS after the first, MB': before,
    'grown, MB': grown,
  });
  expect(new Set(statuses)).toEqual(new Set([status]));
  expect(statuses).toHaveLength(REQUESTS);
  expect(grown).toBeLessThan(100);
});
