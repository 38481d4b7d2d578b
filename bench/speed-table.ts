import type { Tables } from '../src/scripts/tables.ts';

export type Unit = '×' | '/s' | 'ms' | 'MB';

/** A row of the table in docs/speed.md: a figure with its floor and goal. */
export interface Row {
  name: string;
  unit: Unit;
  /** Whether a larger or a smaller figure is the better one. */
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

/** Formats a figure with its unit, for people. */
export function formatFigure(figure: number, unit: Unit): string {
  if (unit === '×') return `${figure.toFixed(2)} ×`;
  const digits = unit === 'ms' && figure < 10 ? 1 : 0;
  const number = figure.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

export function formatBound(bound: number, { better, unit }: Pick<Row, 'better' | 'unit'>): string {
  return `${better === 'more' ? '≥' : '≤'} ${formatFigure(bound, unit)}`;
}

/** The table of docs/speed.md. */
export function speedTables({ rows }: { rows: Row[] }): Tables {
  const cells = rows.map((row) => [
    row.name,
    `${formatFigure(row.measured, row.unit)}${row.met === 'none' ? ' (missed)' : ''}`,
    formatBound(row.floor, row),
    formatBound(row.goal, row),
  ]);
  return { speed: [['What', 'Measured', 'Floor', 'Goal'], ...cells] };
}
