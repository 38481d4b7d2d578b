import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Program } from './process.ts';

const [, introduction = '', screen = '', answers = ''] =
  /^## The first minute$([\s\S]*?)```text\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/m.exec(
    readFileSync('docs/tour.md', 'utf8'),
  ) ?? [];

/** The command that docs/tour.md has for the package, whose file is `$PACKAGE`. */
export const [, packageCommand = ''] = /`(npm init [^`]*)`/.exec(introduction) ?? [];

/** A transcript without what differs between runs: the uuids that the server chooses, times and the port. */
const normalized = (text: string) =>
  text
    .replace(/^\[[\d:]+\]/gm, '[time]')
    .replace(/127\.0\.0\.1:\d+/g, 'address')
    .replace(/"\w{3} \d+, \d{4} [\d:]+ [AP]M"/g, 'date')
    .replace(/(?!0{32})[\da-f]{32}/g, 'uuid');

/** Pastes what the terminal shows, and compares screen and answers with docs/tour.md. */
export async function replayFirstMinute(program: Program): Promise<void> {
  await program.says('curl -sw "');
  const shown = program.stdout().slice(program.stdout().search(/^\[/m));
  expect(normalized(shown)).toBe(normalized(screen));

  const pasted = shown.match(/^ {2}.*$/gm) ?? [];
  expect(pasted).toHaveLength(4);
  const { stdout } = await promisify(execFile)('bash', ['-c', pasted.join('\n')]);
  expect(normalized(stdout)).toBe(normalized(answers));
}
