import { readFileSync } from 'node:fs';

/** Made by `npm run bench`. */
export const RESULTS_FILE = 'bench/results.json';

export type Unit = '×' | '/s' | 'ms' | 'MB';

/** A row of the table: what was measured of what the server should be. */
export interface Row {
  name: string;
  unit: Unit;
  /** Whether more or less of it is better than the bounds. */
  better: 'more' | 'less';
  floor: number;
  goal: number;
  /** How it was measured. */
  how: string;
  /** The median of the rounds. */
  measured: number;
  rounds: number[];
  met: 'goal' | 'floor' | 'none';
}

/** A figure as a reader sees it. */
export function told(figure: number, unit: Unit): string {
  if (unit === '×') return `${figure.toFixed(2)} ×`;
  const digits = unit === 'ms' && figure < 10 ? 1 : 0;
  const number = figure.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

export function toldBound(bound: number, { better, unit }: Pick<Row, 'better' | 'unit'>): string {
  return `${better === 'more' ? '≥' : '≤'} ${told(bound, unit)}`;
}

export function speedTable(): string[][] {
  const { rows }: { rows: Row[] } = JSON.parse(readFileSync(RESULTS_FILE, 'utf8'));
  return [
    ['What', 'Measured', 'Floor', 'Goal'],
    ...rows.map((row) => [
      row.name,
      `${told(row.measured, row.unit)}${row.met === 'none' ? ' (missed)' : ''}`,
      toldBound(row.floor, row),
      toldBound(row.goal, row),
    ]),
  ];
}
