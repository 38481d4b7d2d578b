import type { ComponentChildren } from 'preact';
import { type TextKey, t } from '../texts/text.ts';
import { Button } from './button.tsx';

export interface Column<Row> {
  /** Names the column in `sort`. */
  name: string;
  /** The name unless given. */
  title?: string;
  cell: (row: Row) => ComponentChildren;
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
  /** Undefined until they are loaded. */
  rows: Row[] | undefined;
  keyOf: (row: Row) => string;
  /** `+name` or `-name` of the column by which the rows are sorted. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** The key of the row that is open. */
  chosen?: string;
}

/** A table that scrolls in itself where it is wider than the page. */
export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rows, keyOf, sort, onSort, chosen } = props;
  const order = sort?.startsWith('-') ? 'descending' : 'ascending';
  const classOf = ({ isNumber }: Column<Row>) => (isNumber ? 'align-right' : undefined);
  const header = (column: Column<Row>) => {
    const { name, title = name } = column;
    const isSorted = sort?.slice(1) === name;
    const next = sort === `+${name}` ? `-${name}` : `+${name}`;
    return (
      <th key={name} class={classOf(column)} aria-sort={isSorted ? order : undefined}>
        {onSort ? (
          <Button class="ghost" onClick={() => onSort(next)}>
            {title}{' '}
            {isSorted && <span aria-hidden="true">{order === 'ascending' ? '↑' : '↓'}</span>}
          </Button>
        ) : (
          title
        )}
      </th>
    );
  };
  return (
    <section class="card table" aria-label={caption} tabIndex={0}>
      <table>
        <thead>
          <tr>{columns.map(header)}</tr>
        </thead>
        <tbody>
          {rows?.map((row) => (
            <tr key={keyOf(row)} aria-current={keyOf(row) === chosen || undefined}>
              {columns.map((column) => (
                <td key={column.name} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!rows?.length && <p class="p-4 align-center text-light">{t(rows ? 'none' : 'loading')}</p>}
    </section>
  );
}
