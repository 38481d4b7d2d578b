import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { launch } from '../support/process.ts';

const [, screen = '', answers = ''] =
  /^## The first minute$[\s\S]*?```text\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/m.exec(
    readFileSync('docs/tour.md', 'utf8'),
  ) ?? [];

/** A transcript without what differs between runs: the uuids that the server chooses, times and the port. */
const normalized = (text: string) =>
  text
    .replace(/^\[[\d:]+\]/gm, '[time]')
    .replace(/127\.0\.0\.1:\d+/g, 'address')
    .replace(/"\w{3} \d+, \d{4} [\d:]+ [AP]M"/g, 'date')
    .replace(/(?!0{32})[\da-f]{32}/g, 'uuid');

test('a newcomer adds and sees a model by what the terminal shows, as docs/tour.md says', async (context) => {
  const program = await launch(context, {
    args: ['--port=0'],
    env: { AIOS_LOG_FORMAT: 'pretty' },
  });
  await program.says('curl -sw "');
  expect(normalized(program.stdout())).toBe(normalized(screen));

  const pasted = program.stdout().match(/^ {2}.*$/gm) ?? [];
  expect(pasted).toHaveLength(4);
  const { stdout } = await promisify(execFile)('bash', ['-c', pasted.join('\n')]);
  expect(normalized(stdout)).toBe(normalized(answers));
});
