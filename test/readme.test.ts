import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServer } from './support/server.ts';

const readme = readFileSync('README.md', 'utf8');
const curlIsThere = spawnSync('curl', ['--version']).status === 0;
if (!curlIsThere) console.warn('the tour is skipped: there is no curl on this machine');

/** The shell variables of the tour, and each command with the answer printed below it. */
function tour(): { variables: string; steps: { command: string; printed: string }[] } {
  const variables = /```sh\n(S=[^`]*)```/.exec(readme)?.[1] ?? '';
  const steps = [...readme.matchAll(/```console\n\$ ([^`]*\n)(\{.*\})\n```/g)].map(
    ([, command = '', printed = '']) => ({ command, printed }),
  );
  return { variables, steps };
}

/** Without what differs from run to run: dates, and uuids the server chose. */
function timeless(answer: string, chosen: string): unknown {
  return JSON.parse(
    answer
      .replace(/"\w{3} \d+, \d{4} [\d:]+ [AP]M"/g, '"a date"')
      .replace(/[0-9a-f]{32}/g, (uuid) => (chosen.includes(uuid) ? uuid : 'a uuid')),
  );
}

test.skipIf(!curlIsThere)('the tour answers as printed', async () => {
  const server = await startServer();
  const { variables, steps } = tour();
  expect(steps).toHaveLength(7);
  const commands = steps.map(({ command }) => command).join('\n');

  for (const { command, printed } of steps) {
    const script = `${variables}\n${command}`.replaceAll('http://localhost:8080', server.url);
    const { stdout } = await promisify(execFile)('sh', ['-c', script]);
    expect(timeless(stdout, commands)).toEqual(timeless(printed, commands));
  }
});
