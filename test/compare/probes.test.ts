import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { center, decisionOf, probes } from '../../src/cli/compare/probes.ts';

const fidelity = readFileSync('docs/fidelity.md', 'utf8');

test('each probe is about a row of docs/fidelity.md, under a name of its own', () => {
  const ids = probes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const numbers = [...fidelity.matchAll(/^\| (?:<a.*?<\/a>)?(F\d+[a-z]?) \|/gm)].map(
    ([, no]) => no,
  );
  expect(ids.map(decisionOf).filter((number) => !numbers.includes(number))).toEqual([]);
});

/** A number is that of an earlier call, in whose answer the UUID is. */
const isKnown = (name: string, index: number) =>
  /^\d$/.test(name) ? Number(name) <= index : /^(center|name|session|a|b)$/.test(name);

test.each([center, ...probes])('$id has requests, whose placeholders have values', ({ calls }) => {
  expect(calls.length).toBeGreaterThan(0);
  for (const [
    index,
    { method, path, body = '', headers = {}, see = '', ...others },
  ] of calls.entries()) {
    expect(others).toEqual({});
    expect(`${method} ${path}`).toMatch(/^(GET|POST|PUT|DELETE) \/zstack\/\S+$/);
    expect(['string', 'object']).toContain(typeof body);
    expect([see, ...Object.values(headers)].every((text) => typeof text === 'string')).toBe(true);
    const names = JSON.stringify({ path, body, headers }).matchAll(/\$(\w*)/g);
    expect([...names].map(([, name = '']) => name).filter((name) => !isKnown(name, index))).toEqual(
      [],
    );
  }
});

test.each(probes)('$id asks about something at its end', ({ calls }) => {
  expect(calls.at(-1)?.see).toBeTruthy();
});

test.each(probes)('$id names what it creates, and says whether it deploys', ({
  calls,
  deploys,
}) => {
  const text = JSON.stringify(calls);
  const names = [...text.matchAll(/"name\\*":\\*"([^"\\]*)/g)].map(([, name = '']) => name);
  expect(names.filter((name) => !name.startsWith('$name'))).toEqual([]);
  expect(text.includes('deployModelService')).toBe(deploys);
});
