import { membersOf, resolve, type Schema, schemaOf } from '../api/document.ts';
import type { Field } from './fields.ts';
import type { Resource } from './kinds.ts';

/** What a form holds: text for a scalar, a list for an array, pairs for a map, members for any other object. */
export type FormValue =
  | string
  | FormValue[]
  | [string, FormValue][]
  | { [name: string]: FormValue };

const TAGS = ['systemTags', 'userTags'];

/** Fields of inventories that requests name otherwise. */
const SOURCES: Record<string, string> = { architectureImages: 'modelServiceImages' };

/** The parameters of a request: the name of the object that has them, and which ones are required. */
export function requestSchema(name: string) {
  const body = membersOf(schemaOf(name));
  const [wrapper = '', parameters = {}] = body.find(([member]) => !TAGS.includes(member)) ?? [];
  return {
    wrapper,
    members: membersOf(parameters),
    required: parameters.required ?? [],
    /** Those beside that object. */
    tags: body.filter(([member]) => TAGS.includes(member)),
  };
}

export function emptyValue({ type, properties }: Schema): FormValue {
  if (type === 'array') return [];
  if (type !== 'object') return '';
  return properties ? {} : [];
}

export const isEmpty = (value: FormValue | undefined): boolean => value?.length === 0;

/** The value of a parameter in a form that begins with those of a resource. */
export function fromResource(name: string, schema: Schema, resource: Resource): FormValue {
  return fromJson(schema, resource[SOURCES[name] ?? name]);
}

function fromJson(schema: Schema, json: unknown): FormValue {
  if (json === undefined) return emptyValue(schema);
  const { type, items = {}, properties, additionalProperties } = schema;
  if (type === 'array') return (json as unknown[]).map((each) => fromJson(resolve(items), each));
  if (type === 'object') {
    const entries = Object.entries(json as object);
    if (!properties) {
      const value = resolve(additionalProperties as Schema);
      return entries.map(([key, each]): [string, FormValue] => [key, fromJson(value, each)]);
    }
    const members = membersOf(schema).map(([member, each]) => [
      member,
      fromJson(each, (json as Record<string, unknown>)[member]),
    ]);
    return Object.fromEntries(members);
  }
  // Some lists are sent as text.
  return Array.isArray(json) ? json.join(',') : String(json);
}

/** What is sent of a form's value; undefined for an empty one. What is no number is sent as it is, to be rejected. */
export function toJson(schema: Schema, value: FormValue | undefined): unknown {
  const { type, items = {}, properties, additionalProperties } = schema;
  if (value === undefined || isEmpty(value)) return undefined;
  if (type === 'array') {
    return (value as FormValue[]).map((each) => toJson(resolve(items), each) ?? '');
  }
  if (type === 'object' && !properties) {
    const member = resolve(additionalProperties as Schema);
    const empty = member.type === 'array' ? [] : '';
    const entries = (value as [string, FormValue][]).map(([key, each]) => [
      key,
      toJson(member, each) ?? empty,
    ]);
    return Object.fromEntries(entries);
  }
  if (type === 'object') {
    const members = membersOf(schema).map(([name, each]) => [
      name,
      toJson(each, (value as Record<string, FormValue>)[name]),
    ]);
    return Object.fromEntries(members);
  }
  const text = String(value);
  if (type === 'boolean') return text === 'true';
  const isSafe = /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text));
  return type === 'integer' && isSafe ? Number(text) : text;
}

/** The parameters that differ from those that a form began with; what was emptied is sent as empty. */
export function changedValues(
  members: Field[],
  values: Record<string, FormValue>,
  initial: Record<string, FormValue>,
): Record<string, unknown> {
  const changed = members
    .filter(([name]) => JSON.stringify(values[name]) !== JSON.stringify(initial[name]))
    .map(([name, schema]) => {
      const empty = schema.type === 'array' ? [] : schema.type === 'object' ? {} : '';
      return [name, toJson(schema, values[name]) ?? empty];
    });
  return Object.fromEntries(changed);
}
