import type { TSchema } from '@sinclair/typebox';
import { type ApiError, invalidArgument } from '../errors.ts';
import { NoNulls, Refine, type Refinement, Verbatim } from '../schemas/types.ts';
import { NumberLiteral } from './json.ts';
import {
  booleanValidator,
  integerValidator,
  stringValidator,
  typeMismatch,
  type ValidationContext,
  type Validator,
} from './scalars.ts';

/**
 * Compiles the validator of a schema, once, at start.
 * @throws Error for a schema with a type or keyword that would go unchecked
 */
export function compileValidator(schema: TSchema): Validator {
  const kind = kinds[kindOf(schema)];
  if (!kind) throw new Error(`unsupported type '${schema.type}'`);
  const [compile, ...keywords] = kind;
  const isUnknown = (each: string) => !common.includes(each) && !keywords.includes(each);
  const unknown = Object.keys(schema).find(isUnknown);
  if (unknown) throw new Error(`unsupported keyword '${unknown}': ${JSON.stringify(schema)}`);
  const validator = compile(schema);
  const refine = schema[Refine as never] as Refinement<unknown, unknown> | undefined;
  if (!refine) return validator;
  return {
    coerce: validator.coerce,
    validate: (value, field, context) =>
      refine(validator.validate(value, field, context), field, context.message),
  };
}

/**
 * Compiles a validator that also rejects unknown fields, for formats of this server's own.
 * @param message the name of the whole value in error sentences
 * @returns a function that throws ApiError SYS.1007 naming the invalid or unknown field
 */
export function compileStrictValidator<Value>(
  schema: TSchema,
  message: string,
): (value: unknown) => Value {
  const validator = compileValidator(schema);
  return (value) => {
    const context = { message, unknownFields: [] as string[], includeFieldName: true };
    const coerced = validator.coerce(value, '', context);
    const [unknown] = context.unknownFields;
    if (unknown !== undefined) throw invalidArgument(`field[${unknown}] is unknown`);
    return validator.validate(coerced, '', context) as Value;
  };
}

/** What compiles a schema of each kind, and the keywords that it reads. */
const kinds: Record<string, [compile: (schema: TSchema) => Validator, ...keywords: string[]]> = {
  string: [stringValidator, 'maxLength', 'enum', 'pattern'],
  integer: [integerValidator, 'minimum', 'maximum'],
  boolean: [() => booleanValidator],
  array: [arrayValidator, 'items', 'minItems', 'maxItems', 'uniqueItems'],
  object: [objectValidator, 'properties', 'required'],
  map: [mapValidator, 'additionalProperties', 'maxProperties'],
  union: [unionValidator, 'anyOf'],
};

/** Keywords of every kind, of which only `type` and the `format` of integers are checked. */
const common = ['type', '$id', 'description', 'default', 'examples', 'format', 'x-zstack-since'];

function kindOf({ type, anyOf, properties }: TSchema): string {
  if (anyOf) return 'union';
  return type === 'object' && !properties ? 'map' : String(type);
}

/** A text or a list, in this order, chosen by whether the value is an array. */
function unionValidator({ anyOf }: TSchema): Validator {
  const [single, list] = anyOf.map(compileValidator) as [Validator, Validator];
  const validatorFor = (value: unknown) => (Array.isArray(value) ? list : single);
  return {
    coerce: (value, field, context) => validatorFor(value).coerce(value, field, context),
    validate: (value, field, context) => validatorFor(value).validate(value, field, context),
  };
}

function arrayValidator(schema: TSchema): Validator {
  const items = compileValidator(schema.items);
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems } = schema;
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
      if (list.length < minItems) throw invalidArgument(`field[${field}] cannot be an empty list`);
      if (uniqueItems) assertUnique(field, list);
      if (list.includes(null)) {
        throw invalidArgument(`field[${field}] cannot contain a NULL element`);
      }
      return list.map((item, index) => items.validate(item, `${field}[${index}]`, context));
    },
  };
}

/** @throws ApiError SYS.1007 for a member that is in the list twice */
function assertUnique(field: string, list: readonly unknown[]): void {
  const repeated = list.find((member, index) => list.indexOf(member) < index);
  if (repeated === undefined) return;
  throw invalidArgument(`field[${field}] cannot contain the element[${repeated}] twice`);
}

/** Makes the check that the objects of a list differ in a member. */
export const uniqueBy =
  (member: string) =>
  (list: Record<string, unknown>[], field: string): object[] => {
    const values = list.map((each) => each[member]);
    assertUnique(field, values);
    return list;
  };

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

/** A map with any keys; null entries are dropped or rejected. */
function mapValidator(schema: TSchema): Validator {
  const isDropped = (entry: unknown) => entry === null && !schema[NoNulls as never];
  const values = compileValidator(schema.additionalProperties);
  const keys = stringValidator({ [Verbatim]: true } as unknown as TSchema);
  const { maxProperties = Number.POSITIVE_INFINITY } = schema;
  return {
    coerce(value, field, context) {
      if (!isPlainObject(value)) throw typeMismatch(field, 'an object', value);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => !isDropped(entry))
          .map(([key, entry]) => [
            key,
            entry === null ? null : values.coerce(entry, `${field}.${key}`, context),
          ]),
      );
    },
    validate(value, field, context) {
      const entries = Object.entries(value as object);
      assertMaxMembers(entries, maxProperties, field, context);
      return Object.fromEntries(
        entries.map(([key, entry]) => {
          keys.validate(key, field, context);
          if (entry === null) throw missing(`${field}.${key}`, context);
          return [key, values.validate(entry, `${field}.${key}`, context)];
        }),
      );
    },
  };
}

/** The error for a mandatory field without a value (F53). */
export function missing(field: string, { message }: Pick<ValidationContext, 'message'>): ApiError {
  return invalidArgument(`field[${field}] of message[${message}] is mandatory, can not be null`);
}

/** An object with named fields; null means absent (F9). */
function objectValidator(schema: TSchema): Validator {
  const required = new Set<string>(schema.required);
  const fields = Object.entries(schema.properties as Record<string, TSchema>).map(
    ([name, property]) => ({
      name,
      isRequired: required.has(name),
      validator: compileValidator(property),
    }),
  );
  const known = new Set(fields.map(({ name }) => name));
  const fieldPath = (field: string, name: string) => (field ? `${field}.${name}` : name);
  return {
    coerce(value, field, context) {
      if (!isPlainObject(value)) throw typeMismatch(field, 'an object', value);
      const coerced: Record<string, unknown> = {};
      for (const { name, validator } of fields) {
        const member = Object.hasOwn(value, name) ? value[name] : null;
        if (member === null) continue;
        coerced[name] = validator.coerce(member, fieldPath(field, name), context);
      }
      for (const name of Object.keys(value)) {
        if (!known.has(name)) context.unknownFields.push(fieldPath(field, name));
      }
      return coerced;
    },
    validate(value, field, context) {
      const object = value as Record<string, unknown>;
      for (const { name, isRequired, validator } of fields) {
        if (object[name] !== undefined) {
          object[name] = validator.validate(object[name], fieldPath(field, name), context);
        } else if (isRequired) {
          throw missing(fieldPath(field, name), context);
        }
      }
      return object;
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
