import {
  type SchemaOptions,
  type Static,
  type TArray,
  type TBoolean,
  type TInteger,
  type TOptional,
  type TSchema,
  type TString,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';

/** Largest value of the platform's Integer. */
export const INTEGER_MAX = 2_147_483_647;
/** Largest Long that a JSON number carries without rounding (F8). */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;
/** Longest text, in characters, where no other limit is given: MySQL's MEDIUMTEXT. */
export const TEXT_MAX = 16_777_215;
export const UUID_MAX = 255;

/** Marks a text that is kept as sent: no trimming (F46). */
export const Verbatim = Symbol('verbatim');

/**
 * A check or conversion JSON Schema has no keyword for, run at the field's place in the order of
 * arguments, after the schema's own checks. It gets the value, the field's name and the operation's
 * message class, and returns the value to use, or throws an ApiError.
 */
export const Refine = Symbol('refine');
export type Refinement<From, To> = (value: From, field: string, message: string) => To;

/** Marks a text of an inventory that tells a time: kept and compared as one. */
export const Time = Symbol('time');

export interface FieldOptions extends SchemaOptions {
  [Verbatim]?: true;
  [Time]?: true;
  // biome-ignore lint/suspicious/noExplicitAny: each field refines a type of its own
  [Refine]?: Refinement<any, unknown>;
}

interface TextOptions extends FieldOptions {
  /** Longest accepted, in characters. */
  max?: number;
}

/** A string of at most `max` characters. */
export function text(
  description: string,
  { max = TEXT_MAX, ...options }: TextOptions = {},
): TString {
  return Type.String({ description, maxLength: max, ...options });
}

/** A text kept exactly as sent. */
export function verbatim(description: string, options: TextOptions = {}): TString {
  return text(description, { ...options, [Verbatim]: true });
}

/** A time, as the wire writes it (F7). */
export function date(description: string): TString {
  return text(`${description}, in the server’s time zone.`, {
    examples: ['Nov 25, 2025 11:51:50 AM'],
    [Time]: true,
  });
}

/** The uuid of another resource: any text, since only `resourceUuid` is pattern-checked (F21). */
export function uuidOf(resource: string, options: TextOptions = {}): TString {
  return text(`UUID of ${resource}.`, { max: UUID_MAX, ...options });
}

interface NumberOptions extends FieldOptions {
  min?: number;
  max?: number;
}

/** A 32-bit integer. */
export function integer(
  description: string,
  { min = -INTEGER_MAX - 1, max = INTEGER_MAX, ...options }: NumberOptions = {},
): TInteger {
  return Type.Integer({ description, format: 'int32', minimum: min, maximum: max, ...options });
}

/** A 64-bit integer, within what a JSON number carries exactly (F8). */
export function long(
  description: string,
  { min = -LONG_MAX, max = LONG_MAX, ...options }: NumberOptions = {},
): TInteger {
  return Type.Integer({ description, format: 'int64', minimum: min, maximum: max, ...options });
}

export function boolean(description: string, options: FieldOptions = {}): TBoolean {
  return Type.Boolean({ description, ...options });
}

/** One of the given words, case-sensitive, in the order the error message lists them (F11). */
export function oneOf<const Values extends readonly string[]>(
  description: string,
  values: Values,
  options: FieldOptions = {},
): TUnsafe<Values[number]> {
  return Type.Unsafe<Values[number]>(Type.String({ description, enum: [...values], ...options }));
}

/**
 * Members of a list, and entries of a map, that a request may have (F35): what takes longer than some
 * ten milliseconds keeps others waiting.
 */
const MEMBERS_MAX = 1000;
export const boundedList = { maxItems: MEMBERS_MAX };
export const boundedMap = { maxProperties: MEMBERS_MAX };

export function listOf<Item extends TSchema>(
  description: string,
  items: Item,
  options: FieldOptions = {},
): TArray<Item> {
  return Type.Array(items, { description, ...options });
}

export function mapOf<Value extends TSchema>(
  description: string,
  values: Value,
  options: FieldOptions = {},
): TUnsafe<Record<string, Static<Value>>> {
  // Not TypeBox's Record: its pattern for keys knows no line ends, and such entries would be lost.
  const schema = { type: 'object', additionalProperties: values, description, ...options };
  return Type.Unsafe<Record<string, Static<Value>>>(schema);
}

/** A field whose accepted form differs from the type it is read into, by way of its refinement. */
export function typedAs<To>(schema: TSchema): TUnsafe<To> {
  return Type.Unsafe<To>(schema);
}

type Fields = Record<string, TSchema>;

/** The same fields, marked with the AIOS version that brought them, where that is known. */
export function since<Group extends Fields>(version: string | undefined, fields: Group): Group {
  if (version === undefined) return fields;
  return mapFields(fields, (field) => ({ ...field, 'x-zstack-since': version })) as Group;
}

/** The same fields, none of them required. */
export function optional<Group extends Fields>(
  fields: Group,
): { [Name in keyof Group]: TOptional<Group[Name]> } {
  return mapFields(fields, (field) => Type.Optional(field)) as {
    [Name in keyof Group]: TOptional<Group[Name]>;
  };
}

function mapFields(fields: Fields, change: (field: TSchema) => TSchema): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)]));
}

/**
 * A reference to a component by its `$id`, typed as what it refers to.
 * `Type.Ref` leaves the type unknown where the schemas are not in one module.
 */
export function component<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema>> {
  return Type.Unsafe<Static<Schema>>(Type.Ref(String(schema.$id)));
}
