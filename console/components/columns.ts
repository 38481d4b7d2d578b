import type { ComponentChildren } from 'preact';
import { type TextKey, t } from '../texts/text.ts';
import type { Column } from './table.tsx';

/** A column whose title is the text of its name. */
export function column<Row>(name: TextKey, cell: (row: Row) => ComponentChildren): Column<Row> {
  return { name, title: t(name), cell };
}

/** The same, of numbers. */
export function numbers<Row>(name: TextKey, cell: (row: Row) => ComponentChildren): Column<Row> {
  return { ...column(name, cell), isNumber: true };
}
