import type { TSchema } from '@sinclair/typebox';
import { type ApiError, invalidArgument } from '../errors.ts';
import { INTEGER_MAX, LONG_MAX, Verbatim } from '../schemas/types.ts';
import { NumberLiteral } from './json.ts';

/**
 * Validates a value in two passes, in the order of F34: `coerce` converts the types of everything (F9,
 * F54), then `validate` checks the values in the order of the schema (F53). The first failure wins.
 */
export interface Validator {
  /** @throws ApiError SYS.1007 for a value that can't be converted to the schema's type */
  coerce(value: unknown, field: string, context: ValidationContext): unknown;
  /** @throws ApiError SYS.1007 for a converted value that is not allowed */
  validate(value: unknown, field: string, context: ValidationContext): unknown;
}

/** The state of one validation. */
export interface ValidationContext {
  /** The operation's message class, for error sentences. */
  readonly message: string;
  /** Fields that no schema has, in the order found. */
  readonly unknownFields: string[];
  /** Whether the field is also named in those error sentences in which the platform doesn't name it. */
  readonly includeFieldName?: boolean;
}

export function stringValidator(schema: TSchema): Validator {
  const { maxLength = Number.POSITIVE_INFINITY, enum: values, pattern } = schema;
  const regex = pattern && new RegExp(pattern, 'u');
  const shouldTrim = !schema[Verbatim as never];
  return {
    coerce: coerceString,
    validate(value, field, context) {
      const untrimmed = value as string;
      if (untrimmed.includes('\0') || !untrimmed.isWellFormed()) {
        throw invalidArgument(`field[${field}] cannot contain a NUL character or a lone surrogate`);
      }
      const text = shouldTrim ? trim(untrimmed) : untrimmed;
      // A text never has fewer UTF-16 units than characters, so counting is rarely needed.
      if (text.length > maxLength && codePointLength(text) > maxLength) {
        throw invalidArgument(
          `field[${field}] of message[${context.message}] exceeds max length of string. ` +
            `expected was <= ${maxLength}, actual was ${codePointLength(text)}`,
        );
      }
      if (regex && !regex.test(text)) {
        throw invalidArgument(
          `valid regex value for field[${field}] of message[${context.message}] is ${pattern}, but ${text} found`,
        );
      }
      if (values && !values.includes(text)) {
        throw invalidEnumValue(values, text, field, context.message);
      }
      return text;
    },
  };
}

/** A text, also of a number or a boolean; another value is a type error (F9, F54). */
export function coerceString(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const literal = toNumberLiteral(value);
  if (!literal) throw typeMismatch(field, 'a string', value);
  // A fraction keeps the digits that the client sent.
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

/** Strips characters up to U+0020 from both ends, like Java's `String.trim`, which the platform uses. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

/** The length of a text in characters rather than UTF-16 units. */
export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

export function integerValidator(schema: TSchema): Validator {
  const { minimum, maximum, format } = schema as TSchema & { minimum: number; maximum: number };
  return {
    coerce(value, field, context) {
      const integer = coerceInteger(value);
      if (integer === undefined) throw typeMismatch(field, 'an int or long', value);
      if (format === 'int32' && (integer > INTEGER_MAX || integer < -INTEGER_MAX - 1)) {
        throw invalidArgument(
          `${context.includeFieldName ? `field[${field}]: ` : ''}${formatValue(value)} is Integer overflow, Integer.MAX_VALUE is ${INTEGER_MAX}`,
        );
      }
      return integer;
    },
    validate(value, field) {
      const integer = value as number;
      if (integer >= minimum && integer <= maximum) return integer;
      throw invalidArgument(`field[${field}] must be in range of [${minimum}, ${maximum}]`);
    },
  };
}

function coerceInteger(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const digits = trim(value);
    // Adding 0 turns -0 into 0.
    return /^[+-]?\d+$/.test(digits) ? Number(digits) + 0 : undefined;
  }
  const literal = toNumberLiteral(value);
  // Digits alone are an integer, however many: `validate` checks the range.
  if (literal && /^-?\d+$/.test(literal.text)) return Number(literal.text) + 0;
  return Number.isInteger(literal?.exact) ? literal?.exact : undefined;
}

export const booleanValidator: Validator = {
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

/** The error for a value outside an enumeration (F53). */
export function invalidEnumValue(
  values: readonly string[],
  value: string,
  field: string,
  message: string,
): ApiError {
  return invalidArgument(
    `valid value for field[${field}] of message[${message}] are [${values.join(', ')}], but ${value} found`,
  );
}

/** The error for a value that can't be converted to the field's type (F54). */
export function typeMismatch(field: string, expected: string, value: unknown): ApiError {
  return invalidArgument(
    `[${field}] field is excepted ${expected}, but was [${formatValue(value)}].`,
  );
}

function formatValue(value: unknown): string {
  if (value instanceof NumberLiteral) return value.text;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
