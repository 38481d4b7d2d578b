import { and, type Column, eq, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import type { EntityKind, QueryField } from '../contract/schemas/fields.ts';
import type { Condition, Predicate, Scalar, Sort } from '../domain/dependencies.ts';

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
  caseFolded: (text: Column) => SQL;
  /** A value as it is bound. */
  bind: (value: Scalar) => unknown;
  /** Whether an expression of a column is among values, of which there may be any number. */
  inList: (expression: SQL, values: readonly Scalar[], column: Column) => SQL;
  /** The first millisecond of a time's second, also before 1970. */
  truncateToSecond: (time: Column) => SQL;
  /** Whether a text matches a pattern, whose letters are in lower case. */
  like: (text: Column, pattern: string) => SQL;
  /** Whether some row that refers to a resource, by its uuid, satisfies a test. */
  hasMember: (uuid: Column, foreignKey: Column, test: SQL) => SQL;
  /** The order by an expression, in which NULL comes before every value. */
  order: (expression: SQL, column: Column, descending: boolean) => SQL;
  /** The same condition on other tables, of which there are many: not to be planned together with the others. */
  isolateSubquery?: (condition: SQL) => SQL;
}

/** How many conditions on other tables are planned together: what that takes grows faster than their number. */
const TOGETHER_MAX = 8;

/** Where resources of a kind are kept, and how what belongs to them refers to them. */
export interface EntityMapping {
  table: ResourceTable;
  /** What a row of the table must satisfy to be of the kind; nothing is bound to it. */
  baseFilter?: SQL;
  foreignKeys: Partial<Record<QueryField['of'], Column>>;
  center?: Column;
}

export interface Conditions {
  entityMappings: Record<EntityKind, EntityMapping>;
  /** The rows of a kind that satisfy all conditions: every value is bound, every column is ours. */
  whereAll: (kind: EntityKind, conditions: readonly Condition[], further?: SQL) => SQL;
  /** The order of a kind's rows, in which no two are equal. */
  orderBy: (kind: EntityKind, sort: Sort | undefined) => SQL[];
}

/** What conditions may be on beside a resource's own fields and lists. */
const OTHERS: ReadonlySet<QueryField['of']> = new Set(['userTags', 'systemTags', 'modelCenter']);

/** Makes what turns queries into the SQL of a database. */
export function compileConditions(dialect: Dialect): Conditions {
  const { tables, bind } = dialect;
  const { modelServices, models, modelCenters, tags } = tables;
  const { modelServiceImages, modelServiceRefs } = tables;

  const entityMappings: Record<EntityKind, EntityMapping> = {
    ModelService: {
      table: modelServices,
      foreignKeys: {
        modelServiceRefs: modelServiceRefs.modelServiceUuid,
        modelServiceImages: modelServiceImages.modelServiceUuid,
      },
      center: modelServices.modelCenterUuid,
    },
    Model: {
      table: models,
      foreignKeys: { modelServiceRefs: modelServiceRefs.modelUuid },
      center: models.modelCenterUuid,
    },
    ModelCenter: { table: modelCenters, foreignKeys: {} },
    UserTag: { table: tags, baseFilter: sql`${tags.type} = 'User'`, foreignKeys: {} },
    SystemTag: { table: tags, baseFilter: sql`${tags.type} = 'System'`, foreignKeys: {} },
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
    return isText ? dialect.caseFolded(column) : sql`${column}`;
  }

  function conditionSql(mapping: EntityMapping, { field, predicate, negated }: Condition): SQL {
    const { table } = mapping;
    const foreignKey = mapping.foreignKeys[field.of];
    if (foreignKey) {
      const found = predicateSql(columnOf(foreignKey.table, field.name), predicate);
      return negate(dialect.hasMember(table.uuid, foreignKey, found), negated);
    }
    switch (field.of) {
      case 'userTags':
      case 'systemTags': {
        const type = field.of === 'userTags' ? 'User' : 'System';
        const found = sql`${eq(tags.type, type)} AND ${predicateSql(tags.tag, predicate)}`;
        return negate(dialect.hasMember(table.uuid, tags.resourceUuid, found), negated);
      }
      case 'modelCenter':
        if (!mapping.center) throw new Error(`${field.of} is not related`);
        return ofCenter(
          mapping.center,
          predicateSql(columnOf(modelCenters, field.name), predicate),
          {
            predicate,
            negated,
          },
        );
      default:
        return negate(predicateSql(columnOf(table, field.name), predicate), negated);
    }
  }

  /** Whether the center that a column names satisfies a test; without a center all its fields are null. */
  function ofCenter(
    center: Column,
    satisfied: SQL,
    { predicate, negated }: Pick<Condition, 'predicate' | 'negated'>,
  ): SQL {
    const inList = (condition: SQL) =>
      sql`${dialect.caseFolded(center)} IN (SELECT ${modelCenters.uuid} FROM ${modelCenters} WHERE ${condition})`;
    return predicate.is === 'present'
      ? negate(inList(satisfied), negated)
      : inList(negate(satisfied, negated));
  }

  function predicateSql(column: Column, test: Predicate): SQL {
    const compared = comparable(column);
    switch (test.is) {
      case 'present':
        return sql`${column} IS NOT NULL`;
      case 'in':
        return dialect.inList(compared, test.values.map(caseFoldedValue), column);
      case 'range':
        return sql`(${column} >= ${test.from} AND ${column} < ${test.before})`;
      case 'in seconds':
        return dialect.inList(dialect.truncateToSecond(column), test.seconds, column);
      case 'like':
        return likeSql(column, lowerCase(test.pattern));
      default:
        return sql`${compared} ${sql.raw(test.is)} ${bind(caseFoldedValue(test.value))}`;
    }
  }

  /** LIKE, within the range of texts that begin as the pattern does: the range can use an index. */
  function likeSql(column: Column, pattern: string): SQL {
    const like = dialect.like(column, pattern);
    const [beginning = ''] = /^(?:[^%_\\]|\\.)+/su.exec(pattern) ?? [];
    const prefix = beginning.replace(/\\(.)/gsu, '$1');
    if (prefix === '') return like;
    const next = nextPrefix(prefix);
    const compared = comparable(column);
    const before = next === undefined ? sql`` : sql` AND ${compared} < ${next}`;
    return sql`(${compared} >= ${prefix}${before} AND ${like})`;
  }

  return {
    entityMappings,

    whereAll(kind, conditions, further) {
      const mapping = entityMappings[kind];
      const isOnOther = ({ field }: Condition) =>
        field.of in mapping.foreignKeys || OTHERS.has(field.of);
      const isIsolated = conditions.filter(isOnOther).length > TOGETHER_MAX;
      const all = conditions.map((condition) => {
        const compiled = conditionSql(mapping, condition);
        return isIsolated && dialect.isolateSubquery && isOnOther(condition)
          ? dialect.isolateSubquery(compiled)
          : compiled;
      });
      return and(mapping.baseFilter, ...all, further) ?? sql`1 = 1`;
    },

    orderBy(kind, sort) {
      const { table } = entityMappings[kind];
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
function nextPrefix(prefix: string): string | undefined {
  const characters = [...prefix];
  const last = characters.pop()?.codePointAt(0) ?? 0;
  if (last === 0x10ffff) return undefined;
  // Behind U+D7FF come the halves of surrogate pairs, which are no characters.
  return characters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

/** A value as it compares, without regard to the case of ASCII letters. */
function caseFoldedValue(value: Scalar): Scalar {
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
