import {
  type Field,
  membersOf,
  type Operation,
  resolve,
  type Schema,
  schemaOf,
} from '../api/document.ts';
import { t } from '../texts/text.ts';
import type { Resource } from './kinds.ts';

/** Fields of inventories that requests name otherwise. */
const SOURCES: Record<string, string> = { architectureImages: 'modelServiceImages' };

type Values = Record<string, unknown>;

interface Parameters {
  fields: Field[];
  required: string[];
  toRequest: (values: Values) => { query?: Values; body?: object };
}

/** The parameters of an operation, which of them are required, and where a request has their values. */
export function parametersOf(operation: Operation): Parameters {
  const [wrapped, ...tags] = membersOf(schemaOf(`${operation}Request`));
  if (!wrapped) {
    const mode: Field = ['deleteMode', { ...schemaOf('DeleteMode'), description: t('enforcing') }];
    return { fields: [mode], required: [], toRequest: (query) => ({ query }) };
  }
  const [wrapper, parameters] = wrapped;
  return {
    fields: [...membersOf(parameters), ...tags],
    required: parameters.required ?? [],
    toRequest: ({ systemTags, userTags, ...values }) => ({
      body: { [wrapper]: values, systemTags, userTags },
    }),
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
  if (schema.type === undefined || schema.type === 'string') return text;
  try {
    const value = JSON.parse(text);
    return typeof value === 'number' && !Number.isSafeInteger(value) ? text : value;
  } catch {
    return text;
  }
}
