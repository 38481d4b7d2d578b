import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decisionOf } from '../../src/cli/compare/probes/probe.ts';
import { probes } from '../../src/cli/compare/probes.ts';

const fidelity = readFileSync('docs/fidelity.md', 'utf8');

test('each probe is about a row of docs/fidelity.md, under a name of its own', () => {
  const ids = probes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const numbers = [...fidelity.matchAll(/^\| (?:<a.*?<\/a>)?(F\d+[a-z]?) \|/gm)].map(
    ([, no]) => no,
  );
  expect(ids.map(decisionOf).filter((number) => !numbers.includes(number))).toEqual([]);
});

test.each(probes)('$id asks about something at its end', ({ calls }) => {
  expect(calls.at(-1)?.see).toBeTruthy();
});

test.each(probes)('$id names what it creates, and deploys only where it says so', (one) => {
  const { calls, deploys = false } = one;
  const text = JSON.stringify(calls);
  const names = [...text.matchAll(/"name\\*":\\*"([^"\\]*)/g)].map(([, name = '']) => name);
  expect(names.filter((name) => !name.startsWith('$name'))).toEqual([]);
  expect(text.includes('deployModelService')).toBe(deploys);
});
