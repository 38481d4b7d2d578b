import {
  type SchemaOptions,
  type Static,
  type TOptional,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox';

/** Largest value of the platform's Integer. */
export const INTEGER_MAX = 2_147_483_647;
/** Largest Long that a JSON number holds without rounding (F8). */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;
/** Default limit of a text, in characters: MySQL's MEDIUMTEXT. */
export const TEXT_MAX = 16_777_215;
export const UUID_MAX = 255;

/** Marks a text that is stored untrimmed (F46). */
export const Verbatim = Symbol('verbatim');

/**
 * Marks a check or conversion that JSON Schema has no keyword for. It runs after the schema's own checks
 * of the field.
 */
export const Refine = Symbol('refine');

/**
 * Takes the value, the field's name and the operation's message class; returns the value to use.
 * @throws ApiError SYS.1007 for a value that is not allowed
 */
export type Refinement<From, To> = (value: From, field: string, message: string) => To;

/** Marks a map whose entries must not be null; another one drops them (F9). */
export const NoNulls = Symbol('no nulls');

/** Marks a text of an inventory that is stored and compared as a time, with what the time is. */
export const Time = Symbol('time');

/** Marks a text of a deployment that is that of `column` once the deployment is ready, and `before` until then (F62). */
export const WhenReady = Symbol('when ready');

/** Marks a parameter that names other resources, with their type (F13). */
export const RefersTo = Symbol('refers to');

/** Marks a member of an inventory that is computed, not stored. */
export const Computed = Symbol('computed');

export interface FieldOptions extends SchemaOptions {
  [Verbatim]?: true;
  [Time]?: string;
  [WhenReady]?: { column: string; before: string | null };
  [Computed]?: true;
  [RefersTo]?: string;
  [NoNulls]?: true;
  // biome-ignore lint/suspicious/noExplicitAny: every field has its own type
  [Refine]?: Refinement<any, unknown>;
}

interface TextOptions extends FieldOptions {
  /** Maximum length in characters. */
  max?: number;
}

export function text(description: string, { max = TEXT_MAX, ...options }: TextOptions = {}) {
  return Type.String({ description, maxLength: max, ...options });
}

/** A text that is stored untrimmed. */
export function verbatim(description: string, options: TextOptions = {}) {
  return text(description, { ...options, [Verbatim]: true });
}

/** A time, as the wire writes it (F7). */
export function date(description: string) {
  return text(`${description}, in the server’s time zone.`, {
    examples: ['Nov 25, 2025 11:51:50 AM'],
    [Time]: description,
  });
}

/** The uuid of another resource: any text, since only `resourceUuid` is pattern-checked (F21). */
export function uuidOf(resource: string, options: TextOptions = {}) {
  return text(`UUID of ${resource}.`, { max: UUID_MAX, ...options });
}

interface NumberOptions extends FieldOptions {
  min?: number;
  max?: number;
}

const integerOf =
  (format: string, lowest: number, highest: number) =>
  (description: string, { min = lowest, max = highest, ...options }: NumberOptions = {}) =>
    Type.Integer({ description, format, minimum: min, maximum: max, ...options });

export const integer = integerOf('int32', -INTEGER_MAX - 1, INTEGER_MAX);
/** A 64-bit integer within the range that a JSON number holds exactly (F8). */
export const long = integerOf('int64', -LONG_MAX, LONG_MAX);

export function boolean(description: string, options: FieldOptions = {}) {
  return Type.Boolean({ description, ...options });
}

/** A case-sensitive enumeration; the error sentence lists the values in this order (F11). */
export function oneOf<const Values extends readonly string[]>(
  description: string,
  values: Values,
  options: FieldOptions = {},
) {
  return Type.Unsafe<Values[number]>(Type.String({ description, enum: [...values], ...options }));
}

/** Maximum number of members of a list or map in a request (F35), so that one request can't block the event loop. */
const MEMBERS_MAX = 1000;
export const boundedList = { maxItems: MEMBERS_MAX };
export const boundedMap = { maxProperties: MEMBERS_MAX };

export function listOf<Item extends TSchema>(
  description: string,
  items: Item,
  options: FieldOptions = {},
) {
  return Type.Array(items, { description, ...options });
}

export function mapOf<Value extends TSchema>(
  description: string,
  values: Value,
  options: FieldOptions = {},
) {
  // TypeBox's Record has a key pattern that excludes line breaks, which would drop such entries.
  const schema = { type: 'object', additionalProperties: values, description, ...options };
  return Type.Unsafe<Record<string, Static<Value>>>(schema);
}

/**
 * An object with a name in the OpenAPI document.
 * @param $id its name there
 */
export function objectOf<Fields extends TProperties>(
  $id: string,
  description: string,
  fields: Fields,
  options: FieldOptions = {},
) {
  return Type.Object(fields, { $id, ...options, description });
}

type Fields = Record<string, TSchema>;

/** Marks the fields with the AIOS version that introduced them, where that is known. */
export function since<Group extends Fields>(version: string | undefined, fields: Group): Group {
  if (version === undefined) return fields;
  return mapFields(fields, (field) => ({ ...field, 'x-zstack-since': version })) as Group;
}

export function optional<Group extends Fields>(
  fields: Group,
): { [Name in keyof Group]: TOptional<Group[Name]> } {
  return mapFields(fields, (field) => Type.Optional(field)) as {
    [Name in keyof Group]: TOptional<Group[Name]>;
  };
}

function mapFields(fields: Fields, map: (field: TSchema) => TSchema): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, map(field)]));
}
