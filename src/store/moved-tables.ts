import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';

/** A table as its rows are moved to another database: the same whatever kind of database has it. */
export interface MovedTable {
  name: string;
  /** In an ordered table the first is `position`, which keeps the order of insertion. */
  columns: readonly MovedColumn[];
  isOrdered: boolean;
}

export interface MovedColumn {
  name: string;
  keeps: 'text' | 'integer' | 'flag';
}

/** Of one server, and without meaning to those on another database. */
const CLAIMS = ['claimed_by', 'claimed_until'];
const POSITION = 'position';

/** Which are moved, by their names among a store's tables: what others refer to first. */
const MOVED = [
  ...(['resources', 'modelCenters', 'models', 'modelServices'] as const),
  ...(['modelServiceImages', 'modelServiceRefs', 'tags'] as const),
  ...(['passwords', 'sessions', 'jobs', 'hooks'] as const),
];

/** How the rows of a store's tables are moved, in the order in which they can be. */
export function movedTablesOf(
  tables: Record<(typeof MOVED)[number], Table>,
): readonly MovedTable[] {
  return MOVED.map((name) => movedTable(tables[name]));
}

function movedTable(table: Table): MovedTable {
  const columns = Object.values(getTableColumns(table) as Record<string, Column>)
    .map(movedColumn)
    .filter(({ name }) => !CLAIMS.includes(name));
  const isOrdered = columns.some(({ name }) => name === POSITION);
  const rank = ({ name }: MovedColumn) => (name === POSITION ? '' : name);
  columns.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return { name: getTableName(table), columns, isOrdered };
}

function movedColumn(column: Column): MovedColumn {
  const name = column.keyAsName ? toSnakeCase(column.name) : column.name;
  if (column.dataType === 'boolean') return { name, keeps: 'flag' };
  return { name, keeps: column.dataType === 'number' ? 'integer' : 'text' };
}

/** A table's columns, for a statement. */
export function columnList({ columns }: MovedTable): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}
