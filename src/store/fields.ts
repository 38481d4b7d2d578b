import { type Column, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type EntityKind, entityKinds, queryableEntities } from '../contract/schemas/fields.ts';
import { compileLiteral } from '../domain/literals.ts';
import { usedCapacities } from '../domain/records.ts';

/** A field of a record, and the SQL that selects it. */
export interface Field {
  name: string;
  sql: SQL;
  /** Converts a value of SQL other than NULL to the field's value; absent if they are the same. */
  read?: (given: never) => unknown;
}

/** The columns that no record has: the order of insertion, and servers' claims on hooks. */
const OTHER_COLUMNS = ['position', 'claimedBy', 'claimedUntil'];

/** The fields of a table's records. */
export function columnFields(table: Table): Field[] {
  const columns = Object.entries<Column>(getTableColumns(table));
  return columns
    .filter(([name]) => !OTHER_COLUMNS.includes(name))
    .map(([name, column]) => {
      const read = (given: never) => column.mapFromDriverValue(given);
      return { name, sql: sql`${column}`, ...(isConverted(column) && { read }) };
    });
}

/**
 * Generates a function that maps rows of these fields to records.
 * @param first index of the first field's column
 */
export function compileRecordMapper(
  fields: readonly Field[],
  first = 0,
): (row: unknown[]) => Record<string, unknown> {
  const members = fields.map(({ name, read }, index) => ({
    name,
    from: first + index,
    convert: read,
  }));
  const toRecord = compileLiteral<unknown[]>(members, null);
  return (row) => toRecord(row, undefined);
}

/** Whether the database stores the column's values in another form. */
export function isConverted({ dataType }: Column): boolean {
  return dataType === 'boolean' || dataType === 'json' || dataType === 'custom';
}

/** The uuid column of the outer query, qualified for use in a subquery. */
export function uuidColumn(table: Table): SQL {
  return sql`${table}.${sql.identifier('uuid')}`;
}

/** Columns, separated by commas. */
export function selectList(fields: readonly Field[]): SQL {
  return sql.join(
    fields.map((field) => field.sql),
    sql`, `,
  );
}

/** Maximum cached combinations of fields; clients can request any combination. */
const PAGES_MAX = 200;

/**
 * Compiles the reader of a page of a kind when it is first requested.
 * @param compile takes a kind and the fields to read
 * @returns a function of a kind and the fields, by default all that lists return
 */
export function compilePages<Page extends object>(
  compile: (kind: EntityKind, fields: readonly string[]) => Page,
): (kind: EntityKind, fields?: readonly string[]) => Page {
  const pages = new LRUCache<string, Page>({
    max: PAGES_MAX,
    memoMethod: (key) => {
      const [kind, ...fields] = key.split(',');
      return compile(kind as EntityKind, fields);
    },
  });
  return (kind, fields = listedFields[kind]) => pages.memo([kind, ...fields].join());
}

/** An object with a member for each name, which `make` returns. */
export function mapNames<Name extends string, Made>(
  names: readonly Name[],
  make: (name: Name) => Made,
): Record<Name, Made> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Made>;
}

/** Fields of records from which members of an inventory are computed. */
const computedFrom: Partial<Record<EntityKind, readonly string[]>> = {
  ModelCenter: Object.keys(usedCapacities),
  ModelServiceInstanceGroup: ['outcome', 'readyDate'],
};

/** The fields of each kind that lists return; private ones are not read from the database. */
const listedFields = mapNames(entityKinds, (kind) => [
  ...Object.keys(queryableEntities[kind].inventory.properties),
  ...(computedFrom[kind] ?? []),
]);
