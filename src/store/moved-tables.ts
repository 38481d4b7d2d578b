import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';

/** A table as its rows are moved to another database: the same whatever kind of database has it. */
export interface CopiedTable {
  name: string;
  /** In an ordered table the first is `position`, which keeps the order of insertion. */
  columns: readonly CopiedColumn[];
  isOrdered: boolean;
}

export interface CopiedColumn {
  name: string;
  valueType: 'text' | 'integer' | 'flag';
}

/** Of one server, and without meaning to those on another database. */
const CLAIMS = ['claimed_by', 'claimed_until'];
const POSITION = 'position';

/** Which are moved, by their names among a store's tables: what others refer to first. */
const COPIED_TABLES = [
  ...(['resources', 'modelCenters', 'models', 'modelServices'] as const),
  ...(['modelServiceImages', 'modelServiceRefs', 'tags'] as const),
  ...(['passwords', 'sessions', 'jobs', 'hooks'] as const),
];

/** How the rows of a store's tables are moved, in the order in which they can be. */
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
  const name = column.keyAsName ? toSnakeCase(column.name) : column.name;
  if (column.dataType === 'boolean') return { name, valueType: 'flag' };
  return { name, valueType: column.dataType === 'number' ? 'integer' : 'text' };
}

/** A table's columns, for a statement. */
export function columnList({ columns }: CopiedTable): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}
