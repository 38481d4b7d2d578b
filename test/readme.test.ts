import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServer } from './support/server.ts';

const readme = readFileSync('README.md', 'utf8');
const curlIsThere = spawnSync('curl', ['--version']).status === 0;
if (!curlIsThere) console.warn('the tour is skipped: there is no curl on this machine');

const README_URL = 'http://localhost:8080';

interface Step {
  /** Shell lines: variables, kept for the steps that follow, or a command. */
  script: string;
  /** The answer printed below a command. */
  printed?: string;
}

/** What the tour has its reader enter, in order. */
function tour(): Step[] {
  const section = /\n## A tour of[\s\S]*?\n## /.exec(readme)?.[0] ?? '';
  return [...section.matchAll(/```(sh|console)\n([\s\S]*?)```/g)].map(([, kind, block = '']) => {
    if (kind === 'sh') return { script: block };
    const [, script = '', printed = ''] = /^\$ ([\s\S]*)\n(\{.*\})\n$/.exec(block) ?? [];
    return { script, printed };
  });
}

const dateless = (answer: string) =>
  answer.replace(/"\w{3} \d+, \d{4} [\d:]+ [AP]M"/g, '"a date"').trim();

test.skipIf(!curlIsThere)('the tour answers as printed', async () => {
  const server = await startServer({ clock: Date.now });
  const steps = tour();
  expect(steps.filter(({ printed }) => printed)).toHaveLength(18);

  // A reader uses the uuids that the server has chosen for him, not the printed ones.
  const chosen = new Map<string, string>();
  const asChosen = (text: string) =>
    text.replace(/[0-9a-f]{32,}/g, (uuid) => chosen.get(uuid) ?? uuid);
  let variables = '';
  for (const { script, printed } of steps) {
    const own = asChosen(script).replaceAll(README_URL, server.url);
    if (printed === undefined) {
      variables += own;
      continue;
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', variables + own]);
    const uuids = stdout.match(/[0-9a-f]{32}/g) ?? [];
    for (const [index, uuid] of (printed.match(/[0-9a-f]{32}/g) ?? []).entries()) {
      if (!script.includes(uuid)) chosen.set(uuid, chosen.get(uuid) ?? uuids[index] ?? '');
    }
    expect(dateless(stdout)).toEqual(
      dateless(asChosen(printed).replaceAll(README_URL, server.url)),
    );
  }
});
