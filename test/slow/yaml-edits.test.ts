import { expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { applyEdits } from '../../src/domain/yaml.ts';
import { cpuMilliseconds } from '../support/cpu-time.ts';

/** The longest text that can be edited, in characters. */
const LONGEST = 65_536;

/** Of processor time. Generous: the worst of these takes a tenth of it, and most of that to load the code. */
const BOUND_MS = 500;

/** What is repeated until the text is as long as can be edited. */
const hostile = [
  ...['[', '{a: ', '- ', '? ', ': ', 'a:\n a:\n', 'a: [\n'],
  ...['&a ', '!t ', '*a ', '- &a\n', '!<'],
  ...['"', "'", '"\\', '|\n', 'k: |\n\n', ', ', '#', '%a\n', '--- \n', '...\n'],
  ...['\n', '\r', '\t', ' ', 'a\n', '\u2028', '\uFEFF'],
];

function edit(yaml: string): string {
  try {
    return applyEdits(yaml, { serviceName: 'new' });
  } catch (error) {
    if (error instanceof ApiError && error.errorCode === 'SYS.1007') return error.message;
    throw error;
  }
}

test.each(hostile)('%j over and over costs bounded time and fails cleanly if at all', (part) => {
  const text = part.repeat(Math.floor(LONGEST / part.length));

  expect(cpuMilliseconds(() => edit(text))).toBeLessThan(BOUND_MS);
});

test.each([
  ['keys', (index: number) => `k${index}: v\n`],
  ['anchors', (index: number) => `k${index}: &a${index} v\n`],
  ['aliases', (index: number) => (index === 0 ? 'k: &a v\n' : `k${index}: *a\n`)],
  ['ever deeper mappings', (index: number) => `${' '.repeat(index)}k:\n`],
])('thousands of %s cost bounded time', (_, line) => {
  let text = '';
  for (let index = 0; text.length + line(index).length <= LONGEST; index++) text += line(index);

  expect(cpuMilliseconds(() => edit(text))).toBeLessThan(BOUND_MS);
});

test.each([
  ['100 levels in brackets', `a: ${'['.repeat(99)}${']'.repeat(99)}`],
  [
    '100 levels by indentation',
    Array.from({ length: 100 }, (_, level) => `${' '.repeat(level)}k:`).join('\n'),
  ],
  [
    'keys of ever greater length',
    Array.from({ length: 150 }, (_, length) => `${'k'.repeat(length + 1)}: 1`).join('\n'),
  ],
  ['brackets and dashes in texts', `a: |\n  ${'[ - '.repeat(200)}\nb: "${'{ ? '.repeat(200)}"`],
])('%s are no deep nesting', (_, text) => {
  expect(edit(text)).toContain('services:\n  - name: new');
});
