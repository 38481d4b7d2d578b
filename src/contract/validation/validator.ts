import type { TSchema } from '@sinclair/typebox';
import { type ApiError, invalidArgument } from '../errors.ts';
import { INTEGER_MAX, LONG_MAX, Refine, type Refinement, Verbatim } from '../schemas/types.ts';
import { NumberLiteral } from './number-literal.ts';

/**
 * Reading what a client sent, driven by the TypeBox schema that also documents it. Two passes, as
 * decision 34 orders them: `convert` judges and converts the types of everything (decision 9, §4.4),
 * then `check` judges the values in the order the schema declares them (§4.3); the first failure wins.
 */
export interface Reader {
  /** @throws ApiError where the value can't be taken for the schema's type */
  convert(value: unknown, field: string, reading: Reading): unknown;
  /** @throws ApiError where the converted value is not allowed */
  check(value: unknown, field: string, reading: Reading): unknown;
}

/** What one act of reading carries along. */
export interface Reading {
  /** The operation's message class, as the sentences name it. */
  readonly message: string;
  /** Names that no schema knows, in the order met. */
  readonly unknownFields: string[];
  /** Whether also those sentences name the field in which the platform's don't. */
  readonly namesFields?: boolean;
}

/** The platform's name of an operation's message class. */
export function messageClass(operation: string): string {
  return `org.zstack.ai.message.API${operation}Msg`;
}

/**
 * Compiles a schema once, at start.
 * @throws Error for a schema with a type or keyword that would silently go unchecked
 */
export function compileReader(schema: TSchema): Reader {
  refuseUnknownKeywords(schema);
  const reader = readerOfType(schema);
  const refine = schema[Refine as never] as Refinement<unknown, unknown> | undefined;
  if (!refine) return reader;
  return {
    convert: reader.convert,
    check: (value, field, reading) =>
      refine(reader.check(value, field, reading), field, reading.message),
  };
}

/**
 * Compiles what reads a value of a form of this server's own, as its schema says.
 * @param message what sentences call the whole
 * @returns a function that throws ApiError SYS.1007 naming the field at fault, an unknown one too
 */
export function compileStrictReader<Read>(
  schema: TSchema,
  message: string,
): (sent: unknown) => Read {
  const reader = compileReader(schema);
  return (sent) => {
    const reading = { message, unknownFields: [] as string[], namesFields: true };
    const converted = reader.convert(sent, '', reading);
    const [unknown] = reading.unknownFields;
    if (unknown !== undefined) throw invalidArgument(`field[${unknown}] is unknown`);
    return reader.check(converted, '', reading) as Read;
  };
}

const keywords = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'enum'],
  ...['maxLength', 'maxItems', 'maxProperties', 'minimum', 'maximum'],
  ...['$id', 'title', 'description', 'default', 'examples', 'format', 'x-zstack-since'],
]);

function refuseUnknownKeywords(schema: TSchema): void {
  const isUnknown = (keyword: string) =>
    !keywords.has(keyword) || (keyword === 'additionalProperties' && schema.properties);
  const unknown = Object.keys(schema).find(isUnknown);
  if (unknown) throw new Error(`the reader checks no '${unknown}': ${JSON.stringify(schema)}`);
}

function readerOfType(schema: TSchema): Reader {
  if (schema.anyOf) return alternativeReader(schema.anyOf);
  switch (schema.type) {
    case 'string':
      return textReader(schema);
    case 'integer':
      return integerReader(schema);
    case 'boolean':
      return booleanReader;
    case 'array':
      return listReader(schema);
    case 'object':
      return schema.properties ? structureReader(schema) : mapReader(schema);
    default:
      throw new Error(`the reader knows no type '${schema.type}'`);
  }
}

/** A text or a list: the value's own shape decides which of the two it is judged as. */
function alternativeReader(schemas: TSchema[]): Reader {
  const compiled = schemas.map((schema) => ({
    list: schema.type === 'array',
    ...compileReader(schema),
  }));
  const choose = (value: unknown): Reader =>
    compiled.find(({ list }) => list === Array.isArray(value)) ?? (compiled[0] as Reader);
  return {
    convert: (value, field, reading) => choose(value).convert(value, field, reading),
    check: (value, field, reading) => choose(value).check(value, field, reading),
  };
}

function textReader(schema: TSchema): Reader {
  const { maxLength = Number.POSITIVE_INFINITY, enum: values } = schema;
  const trims = !schema[Verbatim as never];
  return {
    convert: textOf,
    check(value, field, reading) {
      const whole = value as string;
      if (whole.includes('\0') || !whole.isWellFormed()) {
        throw invalidArgument(`field[${field}] cannot contain a NUL character or a lone surrogate`);
      }
      const sent = trims ? trim(whole) : whole;
      // UTF-16 units are never fewer than characters, so counting is rarely needed.
      if (sent.length > maxLength && charactersOf(sent) > maxLength) {
        throw invalidArgument(
          `field[${field}] of message[${reading.message}] exceeds max length of string. ` +
            `expected was <= ${maxLength}, actual was ${charactersOf(sent)}`,
        );
      }
      if (values && !values.includes(sent)) throw notOneOf(values, sent, field, reading.message);
      return sent;
    },
  };
}

/** The sentence for a value that is none of the allowed ones (§4.3). */
export function notOneOf(
  values: readonly string[],
  found: string,
  field: string,
  message: string,
): ApiError {
  return invalidArgument(
    `valid value for field[${field}] of message[${message}] are [${values.join(', ')}], but ${found} found`,
  );
}

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const literal = literalOf(value);
  if (!literal) throw wrongType(field, 'a string', value);
  // A fraction is kept as it was written.
  if (/^-?\d+\.\d+$/.test(literal.text)) return literal.text;
  const { exact } = literal;
  if (exact !== undefined && Math.abs(exact) <= LONG_MAX) return String(exact);
  throw invalidArgument(
    `[${field}] field is excepted a string, but was a number too large to be exact: send it in quotes.`,
  );
}

function literalOf(value: unknown): NumberLiteral | undefined {
  if (value instanceof NumberLiteral) return value;
  return typeof value === 'number' ? new NumberLiteral(String(value)) : undefined;
}

/** Strips characters up to U+0020 from both ends, as the platform's Java does. */
export function trim(sent: string): string {
  let start = 0;
  let end = sent.length;
  while (start < end && sent.charCodeAt(start) <= 0x20) start++;
  while (start < end && sent.charCodeAt(end - 1) <= 0x20) end--;
  return sent.slice(start, end);
}

/** The length of a text in characters, of which a UTF-16 unit may be half of one. */
export function charactersOf(sent: string): number {
  let characters = 0;
  for (const _ of sent) characters++;
  return characters;
}

function integerReader(schema: TSchema): Reader {
  const { minimum, maximum, format } = schema as TSchema & { minimum: number; maximum: number };
  const range = (field: string) =>
    invalidArgument(`field[${field}] must be in range of [${minimum}, ${maximum}]`);
  return {
    convert(value, field, reading) {
      const read = integerOf(value);
      if (read === undefined) throw wrongType(field, 'an int or long', value);
      if (format === 'int32' && (read > INTEGER_MAX || read < -INTEGER_MAX - 1)) {
        throw invalidArgument(
          `${reading.namesFields ? `field[${field}]: ` : ''}${show(value)} is Integer overflow, Integer.MAX_VALUE is ${INTEGER_MAX}`,
        );
      }
      return read;
    },
    check(value, field) {
      const read = value as number;
      if (read < minimum || read > maximum) throw range(field);
      return read;
    },
  };
}

function integerOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const digits = trim(value);
    return /^[+-]?\d+$/.test(digits) ? Number(digits) + 0 : undefined;
  }
  const literal = literalOf(value);
  // Digits alone are an integer, however many: its range is judged by `check`.
  if (literal && /^-?\d+$/.test(literal.text)) return Number(literal.text) + 0;
  return Number.isInteger(literal?.exact) ? literal?.exact : undefined;
}

const booleanReader: Reader = {
  convert(value, field) {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) {
      return value.toLowerCase() === 'true';
    }
    throw invalidArgument(
      `Invalid value for boolean field [${field}], [${show(value)}] is not a valid boolean string[true, false].`,
    );
  },
  check: (value) => value,
};

function listReader(schema: TSchema): Reader {
  const items = compileReader(schema.items);
  const { maxItems = Number.POSITIVE_INFINITY } = schema;
  return {
    convert(value, field, reading) {
      if (!Array.isArray(value)) throw wrongType(field, 'a list', value);
      return value.map((item, index) =>
        item === null ? null : items.convert(item, `${field}[${index}]`, reading),
      );
    },
    check(value, field, reading) {
      const list = value as unknown[];
      requireFewer(list, maxItems, field, reading);
      if (list.includes(null))
        throw invalidArgument(`field[${field}] cannot contain a NULL element`);
      return list.map((item, index) => items.check(item, `${field}[${index}]`, reading));
    },
  };
}

function requireFewer(members: unknown[], max: number, field: string, reading: Reading): void {
  if (members.length <= max) return;
  throw invalidArgument(
    `field[${field}] of message[${reading.message}] exceeds max number of members. ` +
      `expected was <= ${max}, actual was ${members.length}`,
  );
}

/** A map with any keys. An entry of null is no entry. */
function mapReader(schema: TSchema): Reader {
  const values = compileReader(schema.additionalProperties);
  const keys = textReader({ [Verbatim]: true } as unknown as TSchema);
  const { maxProperties = Number.POSITIVE_INFINITY } = schema;
  return {
    convert(value, field, reading) {
      if (!isStructure(value)) throw wrongType(field, 'an object', value);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== null)
          .map(([key, entry]) => [
            keys.convert(key, field, reading),
            values.convert(entry, `${field}.${key}`, reading),
          ]),
      );
    },
    check(value, field, reading) {
      const entries = Object.entries(value as object);
      requireFewer(entries, maxProperties, field, reading);
      return Object.fromEntries(
        entries.map(([key, entry]) => [
          keys.check(key, field, reading),
          values.check(entry, `${field}.${key}`, reading),
        ]),
      );
    },
  };
}

/** An object with named fields; null means absent (decision 9). */
function structureReader(schema: TSchema): Reader {
  const required = new Set<string>(schema.required);
  const fields = Object.entries(schema.properties as Record<string, TSchema>).map(
    ([name, property]) => ({ name, required: required.has(name), reader: compileReader(property) }),
  );
  const known = new Set(fields.map(({ name }) => name));
  const inside = (field: string, name: string) => (field ? `${field}.${name}` : name);
  return {
    convert(value, field, reading) {
      if (!isStructure(value)) throw wrongType(field, 'an object', value);
      const read: Record<string, unknown> = {};
      for (const { name, reader } of fields) {
        const sent = Object.hasOwn(value, name) ? value[name] : null;
        if (sent !== null) read[name] = reader.convert(sent, inside(field, name), reading);
      }
      for (const name of Object.keys(value)) {
        if (!known.has(name)) reading.unknownFields.push(inside(field, name));
      }
      return read;
    },
    check(value, field, reading) {
      const read = value as Record<string, unknown>;
      for (const { name, required, reader } of fields) {
        if (read[name] !== undefined) {
          read[name] = reader.check(read[name], inside(field, name), reading);
        } else if (required) {
          throw invalidArgument(
            `field[${inside(field, name)}] of message[${reading.message}] is mandatory, can not be null`,
          );
        }
      }
      return read;
    },
  };
}

export function isStructure(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberLiteral)
  );
}

/** The sentence for a value of a type that can't be taken for the field's (§4.4). */
export function wrongType(field: string, expected: string, value: unknown): ApiError {
  return invalidArgument(`[${field}] field is excepted ${expected}, but was [${show(value)}].`);
}

function show(value: unknown): string {
  if (value instanceof NumberLiteral) return value.text;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
