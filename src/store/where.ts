import { and, type Column, eq, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import type { Kind, QueryField } from '../contract/schemas/fields.ts';
import type { Condition, Scalar, Sort, Test } from '../domain/dependencies.ts';

type ResourceTable = Table & Record<'uuid' | 'createDate', Column>;

/** The tables that queries look at, of whichever database. */
export interface QueriedTables {
  modelServices: ResourceTable & { modelCenterUuid: Column };
  models: ResourceTable & { modelCenterUuid: Column };
  modelCenters: ResourceTable;
  modelServiceImages: Table & Record<'uuid' | 'modelServiceUuid', Column>;
  modelServiceRefs: Table & Record<'uuid' | 'modelUuid' | 'modelServiceUuid', Column>;
  tags: ResourceTable & Record<'resourceUuid' | 'type' | 'tag', Column>;
}

/** What one database's SQL has its own words for. */
export interface Dialect {
  tables: QueriedTables;
  /** Such a text as it compares: without regard to the case of ASCII letters, otherwise by code point. */
  folded: (text: Column) => SQL;
  /** A value as it is bound. */
  bind: (value: Scalar) => unknown;
  /** Whether an expression of a column is among values, of which there may be any number. */
  among: (expression: SQL, values: readonly Scalar[], column: Column) => SQL;
  /** The first millisecond of a time's second, also before 1970. */
  secondOf: (time: Column) => SQL;
  /** Whether a text matches a pattern, whose letters are in lower case. */
  like: (text: Column, pattern: string) => SQL;
  /** Whether some row that refers to a resource, by its uuid, satisfies a test. */
  hasMember: (uuid: Column, owner: Column, test: SQL) => SQL;
  /** The order by an expression, in which NULL comes before every value. */
  order: (expression: SQL, column: Column, descending: boolean) => SQL;
  /** The same condition on other tables, of which there are many: not to be planned together with the others. */
  apart?: (condition: SQL) => SQL;
}

/** How many conditions on other tables are planned together: what that takes grows faster than their number. */
const TOGETHER_MAX = 8;

/** Where resources of a kind are kept, and how what belongs to them refers to them. */
export interface Source {
  table: ResourceTable;
  /** What a row of the table must satisfy to be of the kind; nothing is bound to it. */
  own?: SQL;
  owners: Partial<Record<QueryField['of'], Column>>;
  center?: Column;
}

export interface Conditions {
  sources: Record<Kind, Source>;
  /** The rows of a kind that satisfy all conditions: every value is bound, every column is ours. */
  whereAll: (kind: Kind, conditions: readonly Condition[], further?: SQL) => SQL;
  /** The order of a kind's rows, in which no two are equal. */
  orderBy: (kind: Kind, sort: Sort | undefined) => SQL[];
}

/** What conditions may be on beside a resource's own fields and lists. */
const OTHERS: ReadonlySet<QueryField['of']> = new Set(['userTags', 'systemTags', 'modelCenter']);

/** Makes what turns queries into the SQL of a database. */
export function compileConditions(dialect: Dialect): Conditions {
  const { tables, bind } = dialect;
  const { modelServices, models, modelCenters, tags } = tables;
  const { modelServiceImages, modelServiceRefs } = tables;

  const sources: Record<Kind, Source> = {
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

  /** Uuids of this server's own, which are in lower case already. */
  const uuids = new Set<Column>([
    ...[modelServices.uuid, models.uuid, modelCenters.uuid, tags.uuid, tags.resourceUuid],
    ...[modelServiceRefs.uuid, modelServiceRefs.modelUuid, modelServiceRefs.modelServiceUuid],
    ...[modelServiceImages.uuid, modelServiceImages.modelServiceUuid],
  ]);

  /** A column as it is compared. */
  function comparable(column: Column): SQL {
    const isText = column.getSQLType() === 'text' && !uuids.has(column);
    return isText ? dialect.folded(column) : sql`${column}`;
  }

  function conditionSql(source: Source, { field, test, negated }: Condition): SQL {
    const { table } = source;
    const owner = source.owners[field.of];
    if (owner) {
      const found = testSql(columnOf(owner.table, field.name), test);
      return negate(dialect.hasMember(table.uuid, owner, found), negated);
    }
    switch (field.of) {
      case 'userTags':
      case 'systemTags': {
        const type = field.of === 'userTags' ? 'User' : 'System';
        const found = sql`${eq(tags.type, type)} AND ${testSql(tags.tag, test)}`;
        return negate(dialect.hasMember(table.uuid, tags.resourceUuid, found), negated);
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

  /** Whether the center that a column names satisfies a test; without a center all its fields are null. */
  function ofCenter(
    center: Column,
    satisfied: SQL,
    { test, negated }: Pick<Condition, 'test' | 'negated'>,
  ): SQL {
    const among = (condition: SQL) =>
      sql`${dialect.folded(center)} IN (SELECT ${modelCenters.uuid} FROM ${modelCenters} WHERE ${condition})`;
    return test.is === 'present'
      ? negate(among(satisfied), negated)
      : among(negate(satisfied, negated));
  }

  function testSql(column: Column, test: Test): SQL {
    const compared = comparable(column);
    switch (test.is) {
      case 'present':
        return sql`${column} IS NOT NULL`;
      case 'among':
        return dialect.among(compared, test.values.map(foldedValue), column);
      case 'within':
        return sql`(${column} >= ${test.from} AND ${column} < ${test.before})`;
      case 'in seconds':
        return dialect.among(dialect.secondOf(column), test.seconds, column);
      case 'like':
        return likeSql(column, lowerCase(test.pattern));
      default:
        return sql`${compared} ${sql.raw(test.is)} ${bind(foldedValue(test.value))}`;
    }
  }

  /** LIKE, within the range of texts that begin as the pattern does: the range can use an index. */
  function likeSql(column: Column, pattern: string): SQL {
    const like = dialect.like(column, pattern);
    const [beginning = ''] = /^(?:[^%_\\]|\\.)+/su.exec(pattern) ?? [];
    const prefix = beginning.replace(/\\(.)/gsu, '$1');
    if (prefix === '') return like;
    const next = textAfter(prefix);
    const compared = comparable(column);
    const before = next === undefined ? sql`` : sql` AND ${compared} < ${next}`;
    return sql`(${compared} >= ${prefix}${before} AND ${like})`;
  }

  return {
    sources,

    whereAll(kind, conditions, further) {
      const source = sources[kind];
      const isOnOther = ({ field }: Condition) => field.of in source.owners || OTHERS.has(field.of);
      const isApart = conditions.filter(isOnOther).length > TOGETHER_MAX;
      const all = conditions.map((condition) => {
        const compiled = conditionSql(source, condition);
        return isApart && dialect.apart && isOnOther(condition)
          ? dialect.apart(compiled)
          : compiled;
      });
      return and(source.own, ...all, further) ?? sql`1 = 1`;
    },

    orderBy(kind, sort) {
      const { table } = sources[kind];
      const sorted = sort && columnOf(table, sort.field.name);
      const ties = [table.createDate, table.uuid]
        .filter((column) => column !== sorted)
        .map((column) => sql`${column}`);
      if (!sorted) return ties;
      return [dialect.order(comparable(sorted), sorted, sort.descending), ...ties];
    },
  };
}

function negate(condition: SQL, negated: boolean): SQL {
  return negated ? sql`NOT (${condition})` : condition;
}

/** The least text that is greater than all that begin with this one; undefined where there is none. */
function textAfter(prefix: string): string | undefined {
  const characters = [...prefix];
  const last = characters.pop()?.codePointAt(0) ?? 0;
  if (last === 0x10ffff) return undefined;
  // Behind U+D7FF come the halves of surrogate pairs, which are no characters.
  return characters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

/** A value as it compares, without regard to the case of ASCII letters. */
function foldedValue(value: Scalar): Scalar {
  return typeof value === 'string' ? lowerCase(value) : value;
}

/** Of ASCII letters alone. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function columnOf(table: Table, field: string): Column {
  const column = getTableColumns(table)[field];
  if (!column) throw new Error(`there is no column for the field ${field}`);
  return column;
}
