import { expect, test } from 'vitest';
import { progress } from '../src/cli/copy.ts';

test('a copy prints each table when it is done, and a long one every second', () => {
  const steps = [
    [300, 'models', 100, 'copied'],
    [300, 'models', 100, 'compared'],
    [0, 'models', 100, 'copied and compared'],
    [600, 'services', 100, 'copied'],
    [600, 'services', 200, 'copied'],
    [1000, 'services', 100, 'compared'],
  ] as const;
  const lines: string[] = [];
  let now = 0;
  const { show, seconds } = progress({ print: (line) => lines.push(line), clock: () => now });
  for (const [ms, table, rows, phase] of steps) {
    now += ms;
    show(table, rows, phase);
  }
  expect(seconds()).toBe(3);
  expect(lines).toEqual([
    'models: 100 rows copied and compared',
    'services: 200 rows copied',
    'services: 100 rows compared',
  ]);
});
