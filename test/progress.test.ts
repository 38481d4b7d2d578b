import { expect, test } from 'vitest';
import { printProgress } from '../src/cli/copy.ts';
import type { CopyProgress } from '../src/store/transfer.ts';

test('a copy prints each table when it is done, and a long one every second', () => {
  const steps: [ms: number, step: CopyProgress][] = [
    [300, { table: 'models', rows: 100, phase: 'copied' }],
    [300, { table: 'models', rows: 100, phase: 'compared' }],
    [0, { table: 'models', rows: 100, phase: 'copied and compared' }],
    [600, { table: 'services', rows: 100, phase: 'copied' }],
    [600, { table: 'services', rows: 200, phase: 'copied' }],
    [1000, { table: 'services', rows: 100, phase: 'compared' }],
  ];
  const lines: string[] = [];
  let now = 0;
  const show = printProgress(
    (line) => lines.push(line),
    () => now,
  );
  for (const [ms, step] of steps) {
    now += ms;
    show(step);
  }
  expect(lines).toEqual([
    'models: 100 rows copied and compared',
    'services: 200 rows copied',
    'services: 100 rows compared',
  ]);
});
