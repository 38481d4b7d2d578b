import type { Tables } from '../src/scripts/tables.ts';

export type Unit = '×' | '/s' | 'ms' | 'MB';

/** A row of the table in docs/speed.md. */
export interface Row {
  name: string;
  unit: Unit;
  /** The median of the rounds. */
  measured: number;
  /** The maximum. */
  floor: number;
}

export const isMissed = ({ measured, floor }: Row): boolean => measured > floor;

/** Formats a figure with its unit, for people. */
export function formatFigure(figure: number, unit: Unit): string {
  if (unit === '×') return `${figure.toFixed(2)} ×`;
  const digits = unit === 'ms' && figure < 10 ? 1 : 0;
  const number = figure.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

/** The table of docs/speed.md. */
export function speedTables(rows: readonly Row[]): Tables {
  const cells = rows.map((row) => [
    row.name,
    `${formatFigure(row.measured, row.unit)}${isMissed(row) ? ' (missed)' : ''}`,
    `≤ ${formatFigure(row.floor, row.unit)}`,
  ]);
  return { speed: [['What', 'Measured', 'Floor'], ...cells] };
}
