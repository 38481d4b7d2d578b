import { membersOf, resolve, type Schema, schemaOf } from '../api/document.ts';
import type { Field } from './fields.ts';
import type { Resource } from './kinds.ts';

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

/** Whether a value is written as lines: a list of texts or numbers. */
export const isLines = ({ type, items }: Schema) =>
  type === 'array' && resolve(items ?? {}).type !== 'object';

/** Whether a value is written as JSON: a list of objects, or an object. */
export const isJson = (schema: Schema) =>
  schema.type === 'object' || (schema.type === 'array' && !isLines(schema));

/** The text that a form has for a resource's value of a parameter; empty for none. */
export function toText([name, schema]: Field, resource: Resource): string {
  const value = resource[SOURCES[name] ?? name];
  if (value === undefined) return '';
  if (isJson(schema)) {
    const members = Object.keys(resolve(schema.items ?? {}).properties ?? {});
    return JSON.stringify(value, members.length > 0 ? members : null, 2);
  }
  // Some lists are sent as a text with commas.
  return Array.isArray(value) ? value.join(isLines(schema) ? '\n' : ',') : String(value);
}

/** The value that is sent for a text. What can't be read is sent as it is, for the server to reject. */
export function toValue(schema: Schema, text: string): unknown {
  if (isLines(schema)) {
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => toValue(resolve(schema.items ?? {}), line));
  }
  if (schema.type === 'integer' || schema.type === 'boolean' || isJson(schema)) {
    try {
      const value = JSON.parse(text);
      return typeof value === 'number' && !Number.isSafeInteger(value) ? text : value;
    } catch {
      return text;
    }
  }
  return text;
}

/** The parameters whose texts differ from those that a form began with. */
export function changedValues(
  fields: Field[],
  texts: Record<string, string>,
  initial: Record<string, string>,
): Record<string, unknown> {
  const changed = fields.filter(([name]) => texts[name] !== initial[name]);
  return Object.fromEntries(
    changed.map(([name, schema]) => [name, toValue(schema, texts[name] ?? '')]),
  );
}
