import { and, type Column, eq, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import { type EntityKind, type QueryField, resourceKinds } from '../contract/schemas/fields.ts';
import type { Condition, Predicate, Scalar, Sort } from '../domain/store.ts';
import { KEYS } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { mapNames } from './fields.ts';
import { type Declared, type StoredTables, tableNameOf } from './tables.ts';

/** Maximum conditions on other tables planned together: planning time grows faster than their number. */
const JOINT_PLAN_MAX = 8;

/** How a kind of entity is stored: its table, and the foreign keys of what belongs to it. */
export interface EntityMapping {
  table: Declared<'uuid' | 'createDate'>;
  /** Selects the rows of the kind if the table has other rows too; it has no parameters. */
  baseFilter?: SQL;
  foreignKeys: Readonly<Record<string, Column>>;
  center?: Column;
}

/** How every kind is stored in these tables. */
export function mapEntities(tables: StoredTables): Record<EntityKind, EntityMapping> {
  const { modelServiceImages, modelServiceRefs, tags } = tables;
  const { modelServiceInstances, modelServiceGroupDatasetRefs, modelServiceGroupRefs } = tables;
  const foreignKeys: Partial<Record<EntityKind, EntityMapping['foreignKeys']>> = {
    ModelService: {
      modelServiceRefs: modelServiceRefs.modelServiceUuid,
      modelServiceImages: modelServiceImages.modelServiceUuid,
    },
    Model: { modelServiceRefs: modelServiceRefs.modelUuid },
    ModelServiceInstanceGroup: {
      instances: modelServiceInstances.modelServiceGroupUuid,
      datasetRefInventories: modelServiceGroupDatasetRefs.modelServiceInstanceGroupUuid,
      modelServiceGroupRefs: modelServiceGroupRefs.modelServiceInstanceGroupUuid,
    },
  };
  return {
    ...mapNames(resourceKinds, (kind) => {
      const table = tables[tableNameOf(kind)];
      const center = 'modelCenterUuid' in table && { center: table.modelCenterUuid };
      return { table, foreignKeys: foreignKeys[kind] ?? {}, ...center };
    }),
    UserTag: { table: tags, baseFilter: sql`${tags.type} = 'User'`, foreignKeys: {} },
    SystemTag: { table: tags, baseFilter: sql`${tags.type} = 'System'`, foreignKeys: {} },
  };
}

/** Compiles conditions and orders of queries to a database's SQL. */
export function compileConditions(dialect: Dialect) {
  const { tables, bind } = dialect;
  const { modelCenters, tags } = tables;
  const entityMappings = mapEntities(tables);

  /** A column's value as queries compare it. */
  function comparable({ column, value }: Operand): SQL {
    const isText = column.getSQLType() === 'text' && !KEYS.some((key) => key === column.name);
    return isText ? dialect.caseFolded(value) : value;
  }

  function conditionSql(mapping: EntityMapping, { field, predicate, negated }: Condition): SQL {
    const { table } = mapping;
    const foreignKey = mapping.foreignKeys[field.of];
    if (foreignKey) {
      const found = predicateSql(operandOf(foreignKey.table, field), predicate);
      return negate(dialect.hasMember(table.uuid, foreignKey, found), negated);
    }
    switch (field.of) {
      case 'userTags':
      case 'systemTags': {
        const type = field.of === 'userTags' ? 'User' : 'System';
        const found = sql`${eq(tags.type, type)} AND ${predicateSql({ column: tags.tag, value: sql`${tags.tag}` }, predicate)}`;
        return negate(dialect.hasMember(table.uuid, tags.resourceUuid, found), negated);
      }
      case 'modelCenter':
        if (!mapping.center) throw new Error(`${field.of} is not related`);
        return ofCenter(mapping.center, { field, predicate, negated });
      default:
        return negate(predicateSql(operandOf(table, field), predicate), negated);
    }
  }

  /** Whether the center that a column refers to satisfies a test; all fields of a missing center are null. */
  function ofCenter(center: Column, { field, predicate, negated }: Condition): SQL {
    const satisfied = predicateSql(operandOf(modelCenters, field), predicate);
    const inList = (condition: SQL) =>
      sql`${dialect.caseFolded(center)} IN (SELECT ${modelCenters.uuid} FROM ${modelCenters} WHERE ${condition})`;
    return predicate.is === 'present'
      ? negate(inList(satisfied), negated)
      : inList(negate(satisfied, negated));
  }

  function predicateSql(operand: Operand, test: Predicate): SQL {
    const { column, value } = operand;
    const compared = comparable(operand);
    switch (test.is) {
      case 'present':
        return sql`${value} IS NOT NULL`;
      case 'in':
        return dialect.inList(compared, test.values.map(caseFoldedValue), column);
      case 'range':
        return sql`(${value} >= ${test.from} AND ${value} < ${test.before})`;
      case 'in seconds':
        return dialect.inList(dialect.truncateToSecond(value), test.seconds, column);
      case 'like':
        return likeSql(operand, lowerCase(test.pattern));
      default:
        return sql`${compared} ${sql.raw(test.is)} ${bind(caseFoldedValue(test.value))}`;
    }
  }

  /** LIKE within the range of texts that begin with the pattern's prefix, since a range can use an index. */
  function likeSql(operand: Operand, pattern: string): SQL {
    const like = dialect.like(operand.value, pattern);
    const [beginning = ''] = /^(?:[^%_\\]|\\.)+/su.exec(pattern) ?? [];
    const prefix = beginning.replace(/\\(.)/gsu, '$1');
    if (prefix === '') return like;
    const next = nextPrefix(prefix);
    const compared = comparable(operand);
    const before = next === undefined ? sql`` : sql` AND ${compared} < ${next}`;
    return sql`(${compared} >= ${prefix}${before} AND ${like})`;
  }

  return {
    entityMappings,

    /** The WHERE clause of all conditions. Values are bound, and column names come from the tables only. */
    whereAll(kind: EntityKind, conditions: readonly Condition[]): SQL {
      const mapping = entityMappings[kind];
      const isOnOther = ({ field }: Condition) => field.of !== 'self';
      const isIsolated = conditions.filter(isOnOther).length > JOINT_PLAN_MAX;
      const all = conditions.map((condition) => {
        const compiled = conditionSql(mapping, condition);
        return isIsolated && dialect.isolateSubquery && isOnOther(condition)
          ? dialect.isolateSubquery(compiled)
          : compiled;
      });
      return and(mapping.baseFilter, ...all) ?? sql`1 = 1`;
    },

    /** The ORDER BY of a kind's rows, which is a total order. */
    orderBy(kind: EntityKind, sort: Sort | undefined): SQL[] {
      const { table } = entityMappings[kind];
      const sorted = sort && operandOf(table, sort.field);
      const ties = [table.createDate, table.uuid]
        .filter((column) => column !== sorted?.column)
        .map((column) => sql`${column}`);
      if (!sorted) return ties;
      return [dialect.order(comparable(sorted), sorted.column, sort.descending), ...ties];
    },
  };
}

function negate(condition: SQL, negated: boolean): SQL {
  return negated ? sql`NOT (${condition})` : condition;
}

/** The least text greater than all that begin with a prefix; undefined if there is none. */
function nextPrefix(prefix: string): string | undefined {
  const characters = [...prefix];
  const last = characters.pop()?.codePointAt(0) ?? 0;
  if (last === 0x10ffff) return undefined;
  // U+D800 to U+DFFF are halves of surrogate pairs, not characters.
  return characters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

/** A value for comparison, with ASCII letters in lower case. */
function caseFoldedValue(value: Scalar): Scalar {
  return typeof value === 'string' ? lowerCase(value) : value;
}

/** Converts only ASCII letters. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The column of a field, and the value that is compared: of a deployment's, by the time of the query (F62). */
interface Operand {
  column: Column;
  value: SQL;
}

function operandOf(table: Table, { name, whenReady, now = 0 }: QueryField): Operand {
  const column = columnOf(table, whenReady?.column ?? name);
  if (!whenReady) return { column, value: sql`${column}` };
  const isReady = sql`${columnOf(table, 'readyDate')} <= ${now}`;
  const value = sql`(CASE WHEN ${isReady} THEN ${column} ELSE ${whenReady.before} END)`;
  return { column, value };
}

function columnOf(table: Table, field: string): Column {
  const column = getTableColumns(table)[field];
  if (!column) throw new Error(`there is no column for the field ${field}`);
  return column;
}
