import { type Column, getTableColumns, getTableName, type SQL, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { compileRecordMapper, type Field, isConverted, selectList } from './fields.ts';
import type { Statement, Steps } from './steps.ts';

/** A named parameter: `:uuid` is a field of the record, `:tags.uuid` the field of each member of its list `tags`. */
const PARAMETER = /(?<!:):(\w+)(?:\.(\w+))?/g;

type Encode = (value: unknown) => unknown;

/**
 * Makes a statement with named parameters that takes its values from a record; an absent field is NULL. The columns
 * of tables encode the values: of one for the record, of others for its lists.
 */
export type Prepare = (
  template: string,
  tables?: { table?: Table; lists?: Record<string, Table> },
) => (record?: object) => Statement;

/**
 * Creates the `prepare` of a database.
 * @param marker how its SQL writes the parameter with this number, counted from 1
 * @param toStatement makes a statement, without values, that stays prepared
 * @param bind converts the value of a field that has no column
 */
export function prepareFor(
  marker: (number: number) => string,
  toStatement: (text: string) => Statement,
  bind: Encode = (value) => value ?? null,
): Prepare {
  return (template, { table, lists = {} } = {}) => {
    const encoders: Encode[] = [];
    const text = template.replace(PARAMETER, (_, name: string, field?: string) => {
      const encode = encoderOf(field === undefined ? table : lists[name], field ?? name, bind);
      encoders.push(
        field === undefined
          ? (record) => encode((record as Record<string, unknown>)[name])
          : (record) =>
              (record as Record<string, Record<string, unknown>[]>)[name]?.map((each) =>
                encode(each[field]),
              ),
      );
      return marker(encoders.length);
    });
    const statement = toStatement(text);
    return (record = {}) => ({
      ...statement,
      values: encoders.map((encode) => encode(record)),
    });
  };
}

/**
 * Makes a statement that reads records.
 * @param template whose `*` after SELECT or RETURNING is replaced by the fields
 */
export function prepareQuery<Row>(
  { prepare, toQuery }: { prepare: Prepare; toQuery: (query: SQL) => { text: string } },
  fields: readonly Field[],
  template: string,
): (record?: object) => Steps<Row[]> {
  const list = toQuery(selectList(fields)).text;
  const query = prepare(template.replace(/(?<=SELECT |RETURNING )\*/, list));
  const toRecord = compileRecordMapper(fields);
  return function* (record) {
    const { rows } = yield query(record);
    return rows.map(toRecord) as Row[];
  };
}

function encoderOf(table: Table | undefined, field: string, bind: Encode): Encode {
  const column = table && (getTableColumns(table) as Record<string, Column>)[field];
  if (!column || !isConverted(column)) return bind;
  return (value) => (value == null ? null : column.mapToDriverValue(value));
}

/** A column's name in the database. */
export function columnName(column: Column): string {
  return column.keyAsName ? toSnakeCase(column.name) : column.name;
}

/** The names of a table's columns by their fields. */
export function columnNames(table: Table): [field: string, name: string][] {
  const columns = Object.entries(getTableColumns(table) as Record<string, Column>);
  return columns.map(([field, column]) => [field, columnName(column)]);
}

/**
 * The INSERT of a record. The database generates the row's position.
 * @param overrides SQL for fields that are not the record's
 */
export function insertRow(table: Table, overrides: Record<string, string> = {}): string {
  const columns = columnNames(table).filter(([field]) => field !== 'position');
  const names = columns.map(([, name]) => name).join(', ');
  const values = columns.map(([field]) => overrides[field] ?? `:${field}`).join(', ');
  return `INSERT INTO ${getTableName(table)} (${names}) VALUES (${values})`;
}

/** Fields that an update leaves as they are: the deletion of another resource may unset some at the same time. */
const UNCHANGED = ['uuid', 'modelServiceUuid', 'modelUuid'];

/** The UPDATE of the row with a record's uuid; it sets all other fields if none are listed. */
export function updateRow(table: Table, fields?: readonly string[]): string {
  const set = columnNames(table)
    .filter(([field]) => fields?.includes(field) ?? !UNCHANGED.includes(field))
    .map(([field, name]) => `${name} = :${field}`);
  return `UPDATE ${getTableName(table)} SET ${set.join(', ')} WHERE uuid = :uuid`;
}
