import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { invalidArgument } from '../contract/errors.ts';
import { uuidColumn } from './fields.ts';
import type { EntityMapping } from './where.ts';

/** Maximum bytes of a page of several resources. */
export const PAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Estimated bytes of an image or ref in an answer. */
const RELATION_BYTES = 300;
/** Estimated bytes of a field in an answer, without its text. */
const FIELD_BYTES = 20;

/** The text of a resource that each member of such a list repeats. */
const REPEATED_TEXT: Record<string, string> = { instances: 'yaml' };

/** Estimates the bytes of a row's fields and lists of these names, without reading their texts. */
export function estimatedBytes(
  { table, foreignKeys }: EntityMapping,
  names: ReadonlySet<string>,
): SQL {
  const byName: Record<string, Column> = getTableColumns(table);
  const bytesOf = (column: Column | undefined) =>
    column ? sql`coalesce(octet_length(${column}), 0)` : sql`0`;
  const columns = Object.keys(byName)
    .filter((name) => names.has(name))
    .flatMap((name) => byName[name] ?? []);
  const texts = columns.filter((column) => column.getSQLType() === 'text').map(bytesOf);
  const lists = Object.entries(foreignKeys)
    .filter(([name]) => names.has(name))
    .map(([name, foreignKey]) => {
      const each = sql`(${sql.raw(String(RELATION_BYTES))} + ${bytesOf(byName[REPEATED_TEXT[name] ?? ''])})`;
      return sql`${each} * (SELECT count(*) FROM ${foreignKey.table} WHERE ${foreignKey} = ${uuidColumn(table)})`;
    });
  const fields = sql.raw(String(FIELD_BYTES * columns.length));
  return sql.join([fields, ...texts, ...lists], sql` + `);
}

/** @throws ApiError SYS.1007 for a page that is too large to be answered */
export function assertPageSize(resources: number, bytes: number): void {
  if (bytes <= PAGE_BYTES_MAX || resources <= 1) return;
  throw invalidArgument(
    `the ${resources} resources asked for hold ${bytes} bytes, more than ${PAGE_BYTES_MAX}: ` +
      "ask for fewer at a time with 'limit', or for less of each with 'fields'",
  );
}
