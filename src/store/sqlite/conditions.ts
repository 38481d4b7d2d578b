import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Kind, QueryField } from '../../contract/queryable.ts';
import type { Condition, Position, Scalar, Sort, Test } from '../../domain/ports.ts';
import { hasLongParts, MATCHES } from './patterns.ts';
import {
  modelCenters,
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  noCase,
  tags,
} from './tables.ts';

type ResourceTable = typeof modelServices | typeof models | typeof modelCenters | typeof tags;

/** Where resources of a kind are kept, and how what belongs to them refers to them. */
interface Source {
  table: ResourceTable;
  /** What a row of the table must satisfy to be of the kind; nothing is bound to it. */
  own?: SQL;
  owners: Partial<Record<QueryField['of'], SQLiteColumn>>;
  center?: SQLiteColumn;
}

export const sources: Record<Kind, Source> = {
  ModelService: {
    table: modelServices,
    owners: {
      modelServiceRefs: modelServiceRefs.modelServiceUuid,
      modelServiceImages: modelServiceImages.modelServiceUuid,
    },
    center: modelServices.modelCenterUuid,
  },
  Model: {
    table: models,
    owners: { modelServiceRefs: modelServiceRefs.modelUuid },
    center: models.modelCenterUuid,
  },
  ModelCenter: { table: modelCenters, owners: {} },
  UserTag: { table: tags, own: sql`${tags.type} = 'User'`, owners: {} },
  SystemTag: { table: tags, own: sql`${tags.type} = 'System'`, owners: {} },
};

/** The rows of a kind that satisfy all conditions: every value is bound, every column is ours. */
export function whereAll(kind: Kind, conditions: readonly Condition[], further?: SQL): SQL {
  const source = sources[kind];
  const all = conditions.map((condition) => conditionSql(source, condition));
  return and(source.own, ...all, further) ?? sql`1`;
}

/** The rows whose position comes after this one. */
export function whereAfter(kind: Kind, position: Position, sort: Sort | undefined): SQL {
  const { table } = sources[kind];
  const { createDate, uuid, value } = position;
  const tie = sql`(${table.createDate}, ${table.uuid}) > (${createDate}, ${uuid})`;
  if (!sort) return tie;
  const column = comparable(columnOf(table, sort.field.name));
  // NULL comes before every value: first when ascending, last when descending.
  if (value === null) {
    const after = sort.descending ? sql`0` : sql`${column} IS NOT NULL`;
    return sql`(${after} OR (${column} IS NULL AND ${tie}))`;
  }
  const bound = bind(value);
  const after = sort.descending
    ? sql`(${column} < ${bound} OR ${column} IS NULL)`
    : sql`${column} > ${bound}`;
  return sql`(${after} OR (${column} = ${bound} AND ${tie}))`;
}

/** The order of a kind's rows, in which no two are equal. */
export function orderBy(kind: Kind, sort: Sort | undefined): SQL[] {
  const { table } = sources[kind];
  const ties = [table.createDate, table.uuid].filter(
    (column) => column !== (sort && columnOf(table, sort.field.name)),
  );
  if (!sort) return ties.map((column) => sql`${column}`);
  const column = comparable(columnOf(table, sort.field.name));
  return [
    sort.descending ? sql`${column} DESC` : sql`${column}`,
    ...ties.map((tie) => sql`${tie}`),
  ];
}

function conditionSql(source: Source, { field, test, negated }: Condition): SQL {
  const { table } = source;
  const owner = source.owners[field.of];
  if (owner)
    return members(table, owner, testSql(columnOf(owner.table, field.name), test), negated);
  switch (field.of) {
    case 'userTags':
    case 'systemTags': {
      const type = field.of === 'userTags' ? 'User' : 'System';
      const found = sql`${eq(tags.type, type)} AND ${testSql(tags.tag, test)}`;
      return members(table, tags.resourceUuid, found, negated);
    }
    case 'modelCenter':
      if (!source.center) throw new Error(`${field.of} is not related`);
      return ofCenter(source.center, testSql(columnOf(modelCenters, field.name), test), {
        test,
        negated,
      });
    default:
      return negate(testSql(columnOf(table, field.name), test), negated);
  }
}

/** Whether some member of a list satisfies a test, or none. */
function members(table: ResourceTable, owner: SQLiteColumn, test: SQL, negated: boolean): SQL {
  return negate(sql`${table.uuid} IN (SELECT ${owner} FROM ${owner.table} WHERE ${test})`, negated);
}

/** Whether the center that a column names satisfies a test; without a center all its fields are null. */
function ofCenter(
  center: SQLiteColumn,
  satisfied: SQL,
  { test, negated }: Pick<Condition, 'test' | 'negated'>,
): SQL {
  const among = (condition: SQL) =>
    sql`${noCase(center)} IN (SELECT ${modelCenters.uuid} FROM ${modelCenters} WHERE ${condition})`;
  return test.is === 'present'
    ? negate(among(satisfied), negated)
    : among(negate(satisfied, negated));
}

function negate(condition: SQL, negated: boolean): SQL {
  return negated ? sql`NOT (${condition})` : condition;
}

function testSql(column: SQLiteColumn, test: Test): SQL {
  const compared = comparable(column);
  switch (test.is) {
    case 'present':
      return sql`${column} IS NOT NULL`;
    case 'among': {
      const values = test.values.map((value) => folded(column, value)).map(bind);
      return sql`${compared} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
    }
    case 'within':
      return sql`(${column} >= ${test.from} AND ${column} < ${test.before})`;
    case 'in seconds':
      return sql`${secondOf(column)} IN (SELECT value FROM json_each(${JSON.stringify(test.seconds)}))`;
    case 'like':
      return likeSql(column, String(folded(column, test.pattern)));
    default:
      return sql`${compared} ${sql.raw(test.is)} ${bind(folded(column, test.value))}`;
  }
}

/** The first millisecond of a time's second, also before 1970. */
function secondOf(column: SQLiteColumn): SQL {
  return sql`${column} - (${column} % 1000 + 1000) % 1000`;
}

/** LIKE, within the range of texts that begin as the pattern does: the range can use an index. */
function likeSql(column: SQLiteColumn, pattern: string): SQL {
  const like = hasLongParts(pattern)
    ? sql`${sql.raw(MATCHES)}(${column}, ${pattern})`
    : sql`${column} LIKE ${pattern} ESCAPE '\\'`;
  const [beginning = ''] = /^(?:[^%_\\]|\\.)+/su.exec(pattern) ?? [];
  const prefix = lowerCase(beginning.replace(/\\(.)/gsu, '$1'));
  if (prefix === '') return like;
  const next = textAfter(prefix);
  const compared = comparable(column);
  const before = next === undefined ? sql`` : sql` AND ${compared} < ${next}`;
  return sql`(${compared} >= ${prefix}${before} AND ${like})`;
}

/** The least text that is greater than all that begin with this one; undefined where there is none. */
function textAfter(prefix: string): string | undefined {
  const characters = [...prefix];
  const last = characters.pop()?.codePointAt(0) ?? 0;
  if (last === 0x10ffff) return undefined;
  // Behind U+D7FF come the halves of surrogate pairs, which are no characters.
  return characters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

const uuids = new Set<SQLiteColumn>([
  ...[modelServices.uuid, models.uuid, modelCenters.uuid, tags.uuid, tags.resourceUuid],
  ...[modelServiceRefs.uuid, modelServiceRefs.modelUuid, modelServiceRefs.modelServiceUuid],
  ...[modelServiceImages.uuid, modelServiceImages.modelServiceUuid],
]);

/** A column as it is compared. Uuids of this server's own are in lower case already. */
function comparable(column: SQLiteColumn): SQL {
  const isText = column.getSQLType() === 'text' && !uuids.has(column);
  return isText ? noCase(column) : sql`${column}`;
}

/** A value as it is compared with a column. */
function folded(column: SQLiteColumn, value: Scalar): Scalar {
  return uuids.has(column) ? lowerCase(String(value)) : value;
}

/** Of ASCII letters alone, like SQLite's own. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function bind(value: Scalar): string | number {
  return typeof value === 'boolean' ? Number(value) : value;
}

function columnOf(table: SQLiteTable, field: string): SQLiteColumn {
  const column = getTableColumns(table)[field];
  if (!column) throw new Error(`there is no column for the field ${field}`);
  return column as SQLiteColumn;
}
