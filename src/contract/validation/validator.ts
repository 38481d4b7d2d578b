import type { TSchema } from '@sinclair/typebox';
import { type ApiError, invalidArgument } from '../errors.ts';
import { INTEGER_MAX, LONG_MAX, Refine, type Refinement, Verbatim } from '../schemas/types.ts';
import { NumberLiteral } from './number-literal.ts';

/**
 * Reading what a client sent, driven by the TypeBox schema that also documents it. Two passes, as
 * F34 orders them: `convert` judges and converts the types of everything (F9, F54),
 * then `check` judges the values in the order the schema declares them (F53); the first failure wins.
 */
export interface Validator {
  /** @throws ApiError where the value can't be taken for the schema's type */
  coerce(value: unknown, field: string, context: ValidationContext): unknown;
  /** @throws ApiError where the converted value is not allowed */
  validate(value: unknown, field: string, context: ValidationContext): unknown;
}

/** What one act of reading carries along. */
export interface ValidationContext {
  /** The operation's message class, as the sentences name it. */
  readonly message: string;
  /** Names that no schema knows, in the order met. */
  readonly unknownFields: string[];
  /** Whether also those sentences name the field in which the platform's don't. */
  readonly includeFieldName?: boolean;
}

/** The platform's name of an operation's message class. */
export function messageClass(operation: string): string {
  return `org.zstack.ai.message.API${operation}Msg`;
}

/**
 * Compiles a schema once, at start.
 * @throws Error for a schema with a type or keyword that would silently go unchecked
 */
export function compileValidator(schema: TSchema): Validator {
  assertKnownKeywords(schema);
  const validator = validatorForType(schema);
  const refine = schema[Refine as never] as Refinement<unknown, unknown> | undefined;
  if (!refine) return validator;
  return {
    coerce: validator.coerce,
    validate: (value, field, context) =>
      refine(validator.validate(value, field, context), field, context.message),
  };
}

/**
 * Compiles what reads a value of a form of this server's own, as its schema says.
 * @param message what sentences call the whole
 * @returns a function that throws ApiError SYS.1007 naming the field at fault, an unknown one too
 */
export function compileStrictValidator<Value>(
  schema: TSchema,
  message: string,
): (sent: unknown) => Value {
  const validator = compileValidator(schema);
  return (sent) => {
    const context = { message, unknownFields: [] as string[], includeFieldName: true };
    const converted = validator.coerce(sent, '', context);
    const [unknown] = context.unknownFields;
    if (unknown !== undefined) throw invalidArgument(`field[${unknown}] is unknown`);
    return validator.validate(converted, '', context) as Value;
  };
}

const keywords = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'enum'],
  ...['maxLength', 'maxItems', 'maxProperties', 'minimum', 'maximum'],
  ...['$id', 'title', 'description', 'default', 'examples', 'format', 'x-zstack-since'],
]);

function assertKnownKeywords(schema: TSchema): void {
  const isUnknown = (keyword: string) =>
    !keywords.has(keyword) || (keyword === 'additionalProperties' && schema.properties);
  const unknown = Object.keys(schema).find(isUnknown);
  if (unknown) throw new Error(`the reader checks no '${unknown}': ${JSON.stringify(schema)}`);
}

function validatorForType(schema: TSchema): Validator {
  if (schema.anyOf) return unionValidator(schema.anyOf);
  switch (schema.type) {
    case 'string':
      return stringValidator(schema);
    case 'integer':
      return integerValidator(schema);
    case 'boolean':
      return booleanValidator;
    case 'array':
      return arrayValidator(schema);
    case 'object':
      return schema.properties ? objectValidator(schema) : mapValidator(schema);
    default:
      throw new Error(`the reader knows no type '${schema.type}'`);
  }
}

/** A text or a list: the value's own shape decides which of the two it is judged as. */
function unionValidator(schemas: TSchema[]): Validator {
  const compiled = schemas.map((schema) => ({
    list: schema.type === 'array',
    ...compileValidator(schema),
  }));
  const choose = (value: unknown): Validator =>
    compiled.find(({ list }) => list === Array.isArray(value)) ?? (compiled[0] as Validator);
  return {
    coerce: (value, field, context) => choose(value).coerce(value, field, context),
    validate: (value, field, context) => choose(value).validate(value, field, context),
  };
}

function stringValidator(schema: TSchema): Validator {
  const { maxLength = Number.POSITIVE_INFINITY, enum: values } = schema;
  const shouldTrim = !schema[Verbatim as never];
  return {
    coerce: coerceString,
    validate(value, field, context) {
      const whole = value as string;
      if (whole.includes('\0') || !whole.isWellFormed()) {
        throw invalidArgument(`field[${field}] cannot contain a NUL character or a lone surrogate`);
      }
      const sent = shouldTrim ? trim(whole) : whole;
      // UTF-16 units are never fewer than characters, so counting is rarely needed.
      if (sent.length > maxLength && codePointLength(sent) > maxLength) {
        throw invalidArgument(
          `field[${field}] of message[${context.message}] exceeds max length of string. ` +
            `expected was <= ${maxLength}, actual was ${codePointLength(sent)}`,
        );
      }
      if (values && !values.includes(sent))
        throw invalidEnumValue(values, sent, field, context.message);
      return sent;
    },
  };
}

/** The sentence for a value that is none of the allowed ones (F53). */
export function invalidEnumValue(
  values: readonly string[],
  found: string,
  field: string,
  message: string,
): ApiError {
  return invalidArgument(
    `valid value for field[${field}] of message[${message}] are [${values.join(', ')}], but ${found} found`,
  );
}

function coerceString(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const literal = toNumberLiteral(value);
  if (!literal) throw typeMismatch(field, 'a string', value);
  // A fraction is kept as it was written.
  if (/^-?\d+\.\d+$/.test(literal.text)) return literal.text;
  const { exact } = literal;
  if (exact !== undefined && Math.abs(exact) <= LONG_MAX) return String(exact);
  throw invalidArgument(
    `[${field}] field is excepted a string, but was a number too large to be exact: send it in quotes.`,
  );
}

function toNumberLiteral(value: unknown): NumberLiteral | undefined {
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
export function codePointLength(sent: string): number {
  let characters = 0;
  for (const _ of sent) characters++;
  return characters;
}

function integerValidator(schema: TSchema): Validator {
  const { minimum, maximum, format } = schema as TSchema & { minimum: number; maximum: number };
  const outOfRange = (field: string) =>
    invalidArgument(`field[${field}] must be in range of [${minimum}, ${maximum}]`);
  return {
    coerce(value, field, context) {
      const read = coerceInteger(value);
      if (read === undefined) throw typeMismatch(field, 'an int or long', value);
      if (format === 'int32' && (read > INTEGER_MAX || read < -INTEGER_MAX - 1)) {
        throw invalidArgument(
          `${context.includeFieldName ? `field[${field}]: ` : ''}${formatValue(value)} is Integer overflow, Integer.MAX_VALUE is ${INTEGER_MAX}`,
        );
      }
      return read;
    },
    validate(value, field) {
      const read = value as number;
      if (read < minimum || read > maximum) throw outOfRange(field);
      return read;
    },
  };
}

function coerceInteger(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const digits = trim(value);
    return /^[+-]?\d+$/.test(digits) ? Number(digits) + 0 : undefined;
  }
  const literal = toNumberLiteral(value);
  // Digits alone are an integer, however many: its range is judged by `check`.
  if (literal && /^-?\d+$/.test(literal.text)) return Number(literal.text) + 0;
  return Number.isInteger(literal?.exact) ? literal?.exact : undefined;
}

const booleanValidator: Validator = {
  coerce(value, field) {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) {
      return value.toLowerCase() === 'true';
    }
    throw invalidArgument(
      `Invalid value for boolean field [${field}], [${formatValue(value)}] is not a valid boolean string[true, false].`,
    );
  },
  validate: (value) => value,
};

function arrayValidator(schema: TSchema): Validator {
  const items = compileValidator(schema.items);
  const { maxItems = Number.POSITIVE_INFINITY } = schema;
  return {
    coerce(value, field, context) {
      if (!Array.isArray(value)) throw typeMismatch(field, 'a list', value);
      return value.map((item, index) =>
        item === null ? null : items.coerce(item, `${field}[${index}]`, context),
      );
    },
    validate(value, field, context) {
      const list = value as unknown[];
      assertMaxMembers(list, maxItems, field, context);
      if (list.includes(null))
        throw invalidArgument(`field[${field}] cannot contain a NULL element`);
      return list.map((item, index) => items.validate(item, `${field}[${index}]`, context));
    },
  };
}

function assertMaxMembers(
  members: unknown[],
  max: number,
  field: string,
  context: ValidationContext,
): void {
  if (members.length <= max) return;
  throw invalidArgument(
    `field[${field}] of message[${context.message}] exceeds max number of members. ` +
      `expected was <= ${max}, actual was ${members.length}`,
  );
}

/** A map with any keys. An entry of null is no entry. */
function mapValidator(schema: TSchema): Validator {
  const values = compileValidator(schema.additionalProperties);
  const keys = stringValidator({ [Verbatim]: true } as unknown as TSchema);
  const { maxProperties = Number.POSITIVE_INFINITY } = schema;
  return {
    coerce(value, field, context) {
      if (!isPlainObject(value)) throw typeMismatch(field, 'an object', value);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== null)
          .map(([key, entry]) => [
            keys.coerce(key, field, context),
            values.coerce(entry, `${field}.${key}`, context),
          ]),
      );
    },
    validate(value, field, context) {
      const entries = Object.entries(value as object);
      assertMaxMembers(entries, maxProperties, field, context);
      return Object.fromEntries(
        entries.map(([key, entry]) => [
          keys.validate(key, field, context),
          values.validate(entry, `${field}.${key}`, context),
        ]),
      );
    },
  };
}

/** An object with named fields; null means absent (F9). */
function objectValidator(schema: TSchema): Validator {
  const required = new Set<string>(schema.required);
  const fields = Object.entries(schema.properties as Record<string, TSchema>).map(
    ([name, property]) => ({
      name,
      required: required.has(name),
      reader: compileValidator(property),
    }),
  );
  const known = new Set(fields.map(({ name }) => name));
  const fieldPath = (field: string, name: string) => (field ? `${field}.${name}` : name);
  return {
    coerce(value, field, context) {
      if (!isPlainObject(value)) throw typeMismatch(field, 'an object', value);
      const read: Record<string, unknown> = {};
      for (const { name, reader: validator } of fields) {
        const sent = Object.hasOwn(value, name) ? value[name] : null;
        if (sent !== null) read[name] = validator.coerce(sent, fieldPath(field, name), context);
      }
      for (const name of Object.keys(value)) {
        if (!known.has(name)) context.unknownFields.push(fieldPath(field, name));
      }
      return read;
    },
    validate(value, field, context) {
      const read = value as Record<string, unknown>;
      for (const { name, required, reader: validator } of fields) {
        if (read[name] !== undefined) {
          read[name] = validator.validate(read[name], fieldPath(field, name), context);
        } else if (required) {
          throw invalidArgument(
            `field[${fieldPath(field, name)}] of message[${context.message}] is mandatory, can not be null`,
          );
        }
      }
      return read;
    },
  };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberLiteral)
  );
}

/** The sentence for a value of a type that can't be taken for the field's (F54). */
export function typeMismatch(field: string, expected: string, value: unknown): ApiError {
  return invalidArgument(
    `[${field}] field is excepted ${expected}, but was [${formatValue(value)}].`,
  );
}

function formatValue(value: unknown): string {
  if (value instanceof NumberLiteral) return value.text;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
