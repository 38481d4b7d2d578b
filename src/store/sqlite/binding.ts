import { Column, is, Param, Placeholder } from 'drizzle-orm';
import { compileLiteral } from '../../contract/compiled.ts';
import type { Database } from './driver.ts';

/** A statement of the query builder's, whose parameters are placeholders. */
interface Built {
  toSQL: () => { sql: string; params: unknown[] };
}

type Encode = (value: unknown) => unknown;

/**
 * Prepares a statement that changes rows. What the query builder prepares itself looks each value's
 * encoding up whenever it runs, which takes longer than running it.
 * @returns a function that runs it with a record's values: what is absent is NULL; it tells the number
 *   of rows that were changed
 */
export function compileChange(client: Database, built: Built): (record: object) => number {
  const { sql, params } = built.toSQL();
  const statement = client.prepare(sql);
  const encoders = params.map(encoderOf);
  const values = params.map((param, index) => {
    const name = placeholderOf(param)?.name;
    if (name === undefined) return `params[${index}]`;
    const value = `record.${name}`;
    return encoders[index]
      ? `${value} == null ? null : encoders[${index}](${value})`
      : `${value} ?? null`;
  });
  const valuesOf = compileLiteral<
    (record: object, params: unknown[], encoders: (Encode | undefined)[]) => unknown[]
  >(['record', 'params', 'encoders'], values);
  return (record) => statement.run(valuesOf(record, params, encoders)).changes;
}

function placeholderOf(param: unknown): Placeholder | undefined {
  const value = is(param, Param) ? param.value : param;
  return is(value, Placeholder) ? value : undefined;
}

/** What turns a value into the column's; undefined where it is that already. */
function encoderOf(param: unknown): Encode | undefined {
  if (!is(param, Param) || !is(param.encoder, Column)) return undefined;
  const column = param.encoder;
  return isConverted(column) ? (value) => column.mapToDriverValue(value) : undefined;
}

/** Whether SQLite keeps the column's values in another form. */
export function isConverted({ dataType }: Column): boolean {
  return dataType === 'boolean' || dataType === 'json';
}
