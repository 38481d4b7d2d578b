import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { isConverted } from './fields.ts';

/** A named parameter: `:uuid` is a field of the record, `:tags.uuid` the field of each member of its list `tags`. */
const PARAMETER = /(?<!:):(\w+)(?:\.(\w+))?/g;

type Encode = (value: unknown) => unknown;

/** The tables whose columns encode a statement's values: that of the record, and those of its lists. */
export interface BoundTables {
  table?: Table;
  lists?: Record<string, Table>;
}

/**
 * Compiles a statement with named parameters.
 * @param marker how the database's SQL writes the parameter with this number, counted from 1
 * @returns the statement's text, and a function from a record to its values; an absent field is NULL
 */
export function compileStatement(
  template: string,
  marker: (number: number) => string,
  { table, lists = {} }: BoundTables = {},
): { text: string; valuesOf: (record: object) => unknown[] } {
  const values: Encode[] = [];
  const text = template.replace(PARAMETER, (_, name: string, field?: string) => {
    const encode = encoderOf(field === undefined ? table : lists[name], field ?? name);
    values.push(
      field === undefined
        ? (record) => encode((record as Record<string, unknown>)[name])
        : (record) =>
            (record as Record<string, Record<string, unknown>[]>)[name]?.map((each) =>
              encode(each[field]),
            ),
    );
    return marker(values.length);
  });
  return { text, valuesOf: (record) => values.map((compute) => compute(record)) };
}

function encoderOf(table: Table | undefined, field: string): Encode {
  const column = table && (getTableColumns(table) as Record<string, Column>)[field];
  if (!column || !isConverted(column)) return (value) => value ?? null;
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
