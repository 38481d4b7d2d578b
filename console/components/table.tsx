import type { ComponentChildren } from 'preact';
import { type TextKey, t } from '../texts/text.ts';
import { Button } from './button.tsx';

export interface Column<Row> {
  /** Names the column in `sort`. */
  name: string;
  title: string;
  cell: (row: Row) => ComponentChildren;
  isSortable?: boolean;
  isNumber?: boolean;
}

/** A column whose title is the text of its name. */
export function column<Row>(name: TextKey, cell: Column<Row>['cell']): Column<Row> {
  return { name, title: t(name), cell };
}

/** The same, of numbers. */
export function numbers<Row>(name: TextKey, cell: Column<Row>['cell']): Column<Row> {
  return { ...column(name, cell), isNumber: true };
}

interface Props<Row> {
  /** For screen readers. */
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  /** `+name` or `-name` of the column by which the rows are sorted. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** The key of the row that is open. */
  chosen?: string;
  /** Shown in place of rows where there are none, unless it is the usual text. */
  empty?: string;
}

/** A table that scrolls in itself where it is wider than the page. */
export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rows, keyOf, sort, onSort, chosen, empty = t('none') } = props;
  return (
    <section class="table" aria-label={caption} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} aria-current={keyOf(row) === chosen || undefined}>
              {columns.map(({ name, cell, isNumber }) => (
                <td key={name} class={isNumber ? 'align-right' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td class="align-center text-light" colSpan={columns.length}>
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

interface HeaderProps<Row> {
  column: Column<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

function HeaderCell<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const { name, title, isSortable, isNumber } = column;
  const isSorted = sort?.slice(1) === name;
  const isDescending = sort?.startsWith('-');
  const order = isDescending ? 'descending' : 'ascending';
  const next = isSorted && !isDescending ? `-${name}` : `+${name}`;
  return (
    <th
      scope="col"
      class={isNumber ? 'align-right' : undefined}
      aria-sort={isSorted ? order : undefined}
    >
      {isSortable ? (
        <Button class="ghost" onClick={() => onSort?.(next)}>
          {title} {isSorted && <span aria-hidden="true">{isDescending ? '↓' : '↑'}</span>}
        </Button>
      ) : (
        title
      )}
    </th>
  );
}
