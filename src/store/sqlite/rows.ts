import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Kind } from '../../contract/queryable.ts';
import { sources } from './conditions.ts';

/** Bytes an image or ref takes in an answer, about. */
const PART_BYTES = 300;
/** Bytes a field takes in an answer beside its text, about. */
const FIELD_BYTES = 20;

type Row = Record<string, unknown>;
export type Rows = ReturnType<typeof compileRows>;

/** `column IN (a list of any length)`, as one prepared statement; the list is bound as JSON. */
export function among(column: SQLiteColumn): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${sql.placeholder('uuids')}))`;
}

/** A row's uuid, for a subquery: the builder would leave the table out, and the inner one's be taken. */
export function uuidOf(table: SQLiteTable): SQL {
  return sql`${table}.${sql.identifier('uuid')}`;
}

/** Prepares what finds one whole row of a kind. */
export function compileFind(db: BetterSQLite3Database, kind: Kind) {
  const { table, own } = sources[kind];
  const statement = db
    .select(columnsOf(kind))
    .from(table as SQLiteTable)
    .where(and(eq(table.uuid, sql.placeholder('uuid')), own))
    .prepare();
  return (uuid: string): Row | undefined => statement.get({ uuid }) as Row | undefined;
}

/**
 * Prepares what reads and weighs some rows of a kind.
 * @param fields the fields to read, beside the uuid
 * @param weighed what an answer holds of each row
 */
export function compileRows(
  db: BetterSQLite3Database,
  kind: Kind,
  fields: readonly string[],
  weighed: 'lists too' | 'fields alone',
) {
  const { table, owners } = sources[kind];
  const asked = ([name]: [string, SQLiteColumn]) => name === 'uuid' || fields.includes(name);
  const read = Object.fromEntries(Object.entries(columnsOf(kind)).filter(asked));
  const parts = weighed === 'lists too' ? Object.values(owners) : [];
  const select = db
    .select(read)
    .from(table as SQLiteTable)
    .where(among(table.uuid))
    .prepare();
  const weigh = db
    .select({ bytes: bytesOf(Object.values(read), parts, uuidOf(table)) })
    .from(table as SQLiteTable)
    .where(among(table.uuid))
    .prepare();

  return {
    /** In the order of the uuids. */
    read: (uuids: readonly string[]): Row[] => {
      const found = select.all({ uuids: JSON.stringify(uuids) }) as Row[];
      const byUuid = new Map(found.map((row) => [row.uuid, row]));
      return uuids.map((uuid) => byUuid.get(uuid)).filter((row) => row !== undefined);
    },
    /** What they would take in an answer, about. */
    bytes: (uuids: readonly string[]): number =>
      weigh.get({ uuids: JSON.stringify(uuids) })?.bytes ?? 0,
  };
}

function columnsOf(kind: Kind): Record<string, SQLiteColumn> {
  const { position: _, ...columns } = getTableColumns(sources[kind].table) as Record<
    string,
    SQLiteColumn
  >;
  return columns;
}

/** The sum over all rows, found without reading their texts. */
function bytesOf(columns: SQLiteColumn[], parts: SQLiteColumn[], uuid: SQL): SQL<number> {
  const texts = columns
    .filter((column) => column.getSQLType() === 'text')
    .map((column) => sql`coalesce(octet_length(${column}), 0)`);
  const lists = parts.map(
    (owner) => sql`${PART_BYTES} * (SELECT count(*) FROM ${owner.table} WHERE ${owner} = ${uuid})`,
  );
  const row = sql.join([sql`${FIELD_BYTES * columns.length}`, ...texts, ...lists], sql` + `);
  return sql<number>`coalesce(sum(${row}), 0)`;
}
