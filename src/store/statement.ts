import { type Column, getTableColumns, getTableName, type SQL, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { compileRecordMapper, type Field, isConverted, selectList } from './fields.ts';

/** A statement with its values. One with a name stays prepared on its connection. */
export interface Statement {
  text: string;
  name?: string;
  values?: readonly unknown[];
}

export interface StatementResult {
  /** Rows, each a list of values in the order of the columns. */
  rows: unknown[][];
  /** Number of rows changed or found. */
  count: number;
}

/**
 * Work on a database, written once for both: a generator that yields each statement and gets its result, from SQLite
 * at once and from PostgreSQL later (ADR-21).
 */
export type Steps<Result> = Generator<Statement, Result, StatementResult>;

/** Makes the steps of a piece of work, which may run several times. */
export type Work<Result> = () => Steps<Result>;

/** Steps without a statement. */
// biome-ignore lint/correctness/useYield: there is nothing to yield
export function* resultOf<Result>(result: Result): Steps<Result> {
  return result;
}

/** Steps of a single statement. */
export function* execute(statement: Statement): Steps<StatementResult> {
  return yield statement;
}

/** Runs pieces of work, each in a transaction of its own; a write is durable when its promise resolves. */
export interface Transactions {
  read: <Result>(work: Work<Result>) => Promise<Result>;
  write: <Result>(work: Work<Result>) => Promise<Result>;
  /** A write that is a single statement, perhaps with a read after it. */
  writeStatement: <Result>(work: Work<Result>) => Promise<Result>;
  /** The same, which rejects at once where others hold locks, if the database can tell. */
  tryWrite: <Result>(work: Work<Result>) => Promise<Result>;
}

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

/** The UPDATE of the row with a record's uuid; it sets all fields if none are listed. */
export function updateRow(table: Table, fields?: readonly string[]): string {
  const set = columnNames(table)
    .filter(([field]) => fields?.includes(field) ?? field !== 'uuid')
    .map(([field, name]) => `${name} = :${field}`);
  return `UPDATE ${getTableName(table)} SET ${set.join(', ')} WHERE uuid = :uuid`;
}

/** The size of a stored job, in bytes: its outcome, and about what its row and indexes take. */
export const JOB_BYTES = '(octet_length(outcome) + 384)';

/**
 * Deletes the oldest jobs and returns their sizes: jobs created before `:before`, at most `:jobs` of
 * them and until they together reach `:bytes`; without a pending hook unless `:early` is 1.
 */
export const DELETE_JOBS = `DELETE FROM jobs WHERE uuid IN (
  SELECT uuid FROM (
    SELECT uuid, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS bytes_before FROM (
      SELECT uuid, ${JOB_BYTES} AS bytes FROM jobs WHERE create_date < :before
        AND (:early = 1 OR NOT EXISTS (SELECT 1 FROM hooks WHERE job_uuid = jobs.uuid AND pending = true))
      ORDER BY create_date LIMIT :jobs
    ) AS ended
  ) AS summed WHERE bytes_before < :bytes
) RETURNING ${JOB_BYTES}`;

/** Maximum size of all stored jobs, in bytes: beyond it the oldest jobs expire early (F56). */
export const OUTCOMES_MAX = 256 * 1024 * 1024;

/** The parameters that delete the oldest jobs by an excess, in bytes, and 4 MiB more, so that this happens seldom. */
export function earlyExpiry(excess: number) {
  const bytes = excess + 4 * 1024 * 1024;
  return { before: Number.MAX_SAFE_INTEGER, early: 1, jobs: 20_000, bytes };
}
