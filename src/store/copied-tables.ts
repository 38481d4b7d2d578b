import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { columnName } from './statement.ts';

/** A table whose rows are copied to another database, the same for SQLite and PostgreSQL. */
export interface CopiedTable {
  name: string;
  /** In an ordered table the first is `position`, the order of insertion. */
  columns: readonly CopiedColumn[];
  isOrdered: boolean;
}

export interface CopiedColumn {
  name: string;
  valueType: 'text' | 'integer' | 'flag';
}

/** Columns that name one server, which mean nothing in another database. */
const CLAIMS = ['claimed_by', 'claimed_until'];
const POSITION = 'position';

/** The tables that are copied, by their names in a store's tables.ts, in the order of their foreign keys. */
const COPIED_TABLES = [
  'resources',
  'modelCenters',
  'models',
  'modelServices',
  'modelServiceImages',
  'modelServiceRefs',
  'tags',
  'passwords',
  'sessions',
  'jobs',
  'hooks',
] as const;

/** The copied tables of a store, in the order of their foreign keys. */
export function copiedTablesOf(
  tables: Record<(typeof COPIED_TABLES)[number], Table>,
): readonly CopiedTable[] {
  return COPIED_TABLES.map((name) => copiedTable(tables[name]));
}

function copiedTable(table: Table): CopiedTable {
  const columns = Object.values(getTableColumns(table) as Record<string, Column>)
    .map(copiedColumn)
    .filter(({ name }) => !CLAIMS.includes(name));
  const isOrdered = columns.some(({ name }) => name === POSITION);
  const rank = ({ name }: CopiedColumn) => (name === POSITION ? '' : name);
  columns.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return { name: getTableName(table), columns, isOrdered };
}

function copiedColumn(column: Column): CopiedColumn {
  const name = columnName(column);
  if (column.dataType === 'boolean') return { name, valueType: 'flag' };
  return { name, valueType: column.dataType === 'number' ? 'integer' : 'text' };
}

/** A table's columns, separated by commas. */
export function columnList({ columns }: CopiedTable): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}
