import { Column, is, Param, Placeholder } from 'drizzle-orm';
import { compileLiteral } from '../contract/compiled.ts';
import { isConverted } from './fields.ts';

type Encode = (value: unknown) => unknown;

/**
 * Makes what gives a statement's values from a record. The query builder looks each value's encoding up
 * whenever a statement runs, which takes longer than running it.
 * @param params the statement's, as the query builder gives them: placeholders by the names of fields
 * @returns what is absent is NULL
 */
export function compileValues(params: readonly unknown[]): (record: object) => unknown[] {
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
    (
      record: object,
      params: readonly unknown[],
      encoders: readonly (Encode | undefined)[],
    ) => unknown[]
  >(['record', 'params', 'encoders'], values);
  return (record) => valuesOf(record, params, encoders);
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
