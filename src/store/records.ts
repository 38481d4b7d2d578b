import { type Column, getTableColumns, sql } from 'drizzle-orm';
import { type EntityKind, entityKinds } from '../contract/schemas/fields.ts';
import { LONG_MAX } from '../contract/schemas/types.ts';
import { type Records, usedCapacities } from '../domain/records.ts';
import type { Condition, PageQuery } from '../domain/store.ts';
import type { Dialect } from './dialect.ts';
import {
  columnFields,
  compileRecordMapper,
  type Field,
  mapNames,
  selectList,
  uuidColumn,
} from './fields.ts';
import type { Steps } from './steps.ts';
import { tableNameOf } from './tables.ts';
import { compileConditions } from './where.ts';

/** Fields that a seed has in a list of their own, or not at all. */
const NOT_SEEDED = ['modelServiceRefs', ...Object.keys(usedCapacities)];

/** Compiles reads of records with their relations: a service's images and refs, a center's capacity. */
export function compileRecords(dialect: Dialect) {
  const { tables, toQuery, caseFolded } = dialect;
  const { entityMappings, whereAll, orderBy } = compileConditions(dialect);
  const fields = mapNames(entityKinds, (kind) => [
    ...columnFields(entityMappings[kind].table),
    ...relationFields(kind),
  ]);
  const finders = mapNames(entityKinds, (kind) => {
    const { table, baseFilter = sql`true` } = entityMappings[kind];
    const query = sql`SELECT ${selectList(fields[kind])} FROM ${table} WHERE ${baseFilter}`;
    const select = dialect.prepare(`${toQuery(query).text} AND uuid = :uuid`);
    const toRecord = compileRecordMapper(fields[kind]);
    return function* (uuid: string): Steps<object | undefined> {
      const [row] = (yield select({ uuid })).rows;
      return row && toRecord(row);
    };
  });

  /** The fields of a record that are not columns: a service's and a model's lists, a center's capacity. */
  function relationFields(kind: EntityKind): Field[] {
    if (kind === 'ModelCenter') {
      return Object.entries(usedCapacities).map(([name, each]) => ({ name, sql: sizesOf(each) }));
    }
    return Object.entries(entityMappings[kind].foreignKeys).map(([name, foreignKey]) =>
      listField(name, foreignKey, kind),
    );
  }

  /** A list of the rows that refer to a resource, in the order of insertion; one JSON text is fastest to read. */
  function listField(name: string, foreignKey: Column, kind: EntityKind): Field {
    const { table } = foreignKey;
    const { position, uuid } = getTableColumns(table) as Record<'position' | 'uuid', Column>;
    const columns = columnFields(table);
    const toRecord = compileRecordMapper(columns);
    const rows = dialect.jsonRows(selectList(columns), position, uuid);
    return {
      name,
      sql: sql`(SELECT ${rows} FROM ${table} WHERE ${foreignKey} = ${uuidColumn(entityMappings[kind].table)})`,
      read: (text: string) => dialect.readJsonRows(text).map(toRecord),
    };
  }

  /** The sum of a center's sizes, limited to a Long. */
  function sizesOf(kind: (typeof usedCapacities)[keyof typeof usedCapacities]) {
    const table = tables[tableNameOf(kind)];
    const sum = dialect.limitedSum(table.size, sql.raw(`${-LONG_MAX}`), sql.raw(`${LONG_MAX}`));
    return sql`(SELECT ${sum} FROM ${table} WHERE ${caseFolded(table.modelCenterUuid)} = ${uuidColumn(tables.modelCenters)})`;
  }

  const find = <K extends EntityKind>(kind: K, uuid: string) =>
    finders[kind](uuid) as Steps<Records[K] | undefined>;

  /** Finds a resource whose existence a reference has checked. */
  function* mustFind<K extends EntityKind>(kind: K, uuid: string): Steps<Records[K]> {
    const record = yield* find(kind, uuid);
    if (!record) throw new Error(`the existence of ${kind} ${uuid} was not checked`);
    return record;
  }

  return {
    entityMappings,
    find,
    mustFind,

    /** The fields of a kind: its uuid and the named ones. */
    fields: (kind: EntityKind, names: readonly string[]): Field[] =>
      fields[kind].filter(({ name }) => name === 'uuid' || names.includes(name)),

    /** The query for the values of a key of a page's rows, in order. */
    pageOf(kind: EntityKind, { conditions, sort, start, limit }: PageQuery, key: 'uuid' | 'rowid') {
      const { table } = entityMappings[kind];
      const where = whereAll(kind, conditions);
      const order = sql.join(orderBy(kind, sort), sql`, `);
      const keys = sql`SELECT ${table}.${sql.identifier(key)} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`;
      return { keys, order };
    },

    /** The query for the number of resources that satisfy conditions. */
    countOf(kind: EntityKind, conditions: readonly Condition[]) {
      const { table } = entityMappings[kind];
      return toQuery(sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`);
    },

    /** The query for all records of a kind as a seed has them, oldest first, and what makes them of its rows. */
    allOf(kind: EntityKind) {
      const { table, baseFilter = sql`true` } = entityMappings[kind];
      const own = fields[kind].filter(({ name }) => !NOT_SEEDED.includes(name));
      const { text } = toQuery(
        sql`SELECT ${selectList(own)} FROM ${table} WHERE ${baseFilter} ORDER BY ${table.createDate}, ${table.uuid}`,
      );
      return { text, toRecord: compileRecordMapper(own) };
    },
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;
