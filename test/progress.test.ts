import { expect, test } from 'vitest';
import { showProgress } from '../src/cli/copy.ts';
import type { CopyProgress } from '../src/store/transfer.ts';

/** A hundred models, and then three hundred services, a hundred at a time and each a second. */
const steps: CopyProgress[] = [
  { table: 'models', rows: 100, total: 400, phase: 'copied' },
  { table: 'models', rows: 100, total: 400, phase: 'compared' },
  ...[100, 200, 300].map((rows) => ({
    table: 'services',
    rows,
    total: 400,
    phase: 'copied' as const,
  })),
  ...[100, 200, 300].map((rows) => ({
    table: 'services',
    rows,
    total: 400,
    phase: 'compared' as const,
  })),
];

/** What is written on a terminal, or elsewhere, by so many of the steps. */
function shown({
  isTerminal,
  columns = 80,
  count = steps.length,
  stepMs = 1000,
}: {
  isTerminal: boolean;
  columns?: number;
  count?: number;
  stepMs?: number;
}): string {
  let [text, now] = ['', 0];
  const write = (more: string) => {
    text += more;
  };
  const progress = showProgress({ isTerminal, columns, write }, () => now);
  for (const step of steps.slice(0, count)) {
    now += stepMs;
    progress.show(step);
  }
  progress.end();
  return text;
}

test('on a terminal one line shows the table, its rows, the percentage and the speed, and is cleared in the end', () => {
  expect(shown({ isTerminal: true }).split('\r\u001b[K')).toEqual([
    '',
    '[#...........]  12 % models: 100 rows copied, 50 rows/s',
    '[###.........]  25 % models: 100 rows compared, 50 rows/s',
    '[####........]  37 % services: 100 rows copied, 50 rows/s',
    '[######......]  50 % services: 200 rows copied, 50 rows/s',
    '[#######.....]  62 % services: 300 rows copied, 50 rows/s',
    '[#########...]  75 % services: 100 rows compared, 50 rows/s',
    '[##########..]  87 % services: 200 rows compared, 50 rows/s',
    '[############] 100 % services: 300 rows compared, 50 rows/s',
    '',
  ]);
});

test('on a narrow terminal the line is cut, so that it stays one', () => {
  const lines = shown({ isTerminal: true, columns: 20 }).split('\r\u001b[K');
  expect(Math.max(...lines.map((line) => line.length))).toBe(19);
});

test('on a terminal the line is written anew ten times a second at most', () => {
  const lines = shown({ isTerminal: true, stepMs: 30 }).split('\r\u001b[K');
  expect(lines).toHaveLength(4);
});

test('elsewhere there is a line for each table, also for the one in which it failed', () => {
  expect(shown({ isTerminal: false })).toBe(
    'models: 100 rows copied and compared\nservices: 300 rows copied and compared\n',
  );
  expect(shown({ isTerminal: false, count: 4 })).toBe(
    'models: 100 rows copied and compared\nservices: 200 rows copied\n',
  );
});

test('nothing is written without work', () => {
  expect(shown({ isTerminal: true, count: 0 }) + shown({ isTerminal: false, count: 0 })).toBe('');
});
