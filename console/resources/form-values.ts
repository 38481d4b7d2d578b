import { membersOf, type Operation, type Schema, schemaOf } from '../api/document.ts';
import { t } from '../texts/text.ts';
import type { Resource } from './kinds.ts';

/** Fields of inventories that requests name otherwise. */
const SOURCES: Record<string, string> = { architectureImages: 'modelServiceImages' };

/** A parameter of an operation in a form. */
export interface Parameter {
  name: string;
  schema: Schema;
  isRequired: boolean;
  /** At first; empty for none. */
  text: string;
}

/**
 * The parameters of an operation, at first with a resource's values or else with their defaults, and what makes a
 * request of the texts that are not the first ones.
 */
export function formOf(operation: Operation, resource?: Resource) {
  const mode = { ...schemaOf('DeleteMode'), default: 'Permissive', description: t('enforcing') };
  const [wrapped, ...tags] = membersOf(schemaOf(`${operation}Request`));
  const [wrapper, schema] = wrapped ?? ['', { properties: { deleteMode: mode } }];
  const parameters = [...membersOf(schema), ...tags].map(
    ([name, each]): Parameter => ({
      name,
      schema: each,
      isRequired: schema.required?.includes(name) ?? false,
      text: toText(each, resource?.[SOURCES[name] ?? name]),
    }),
  );
  const toRequest = (texts: Record<string, string>) => {
    const changed = parameters.filter(({ name, text }) => texts[name] !== text);
    const { systemTags, userTags, ...values } = Object.fromEntries(
      changed.map((each) => [each.name, toValue(each.schema, String(texts[each.name]))]),
    );
    return wrapped ? { body: { [wrapper]: values, systemTags, userTags } } : { query: values };
  };
  return { parameters, toRequest };
}

/** Whether a value is written as lines: a list of texts or numbers. */
export const isLines = ({ type, items }: Schema) => type === 'array' && items?.type !== 'object';

/** Whether a value is written as JSON: a list of objects, or an object. */
export const isJson = ({ type, items }: Schema) => [type, items?.type].includes('object');

function toText(schema: Schema, value: unknown = schema.default): string {
  if (value === undefined) return '';
  if (isJson(schema)) {
    const members = Object.keys(schema.items?.properties ?? {});
    return JSON.stringify(value, members.length > 0 ? members : null, 2);
  }
  // Some lists are sent as a text with commas.
  if (Array.isArray(value)) return value.join(isLines(schema) ? '\n' : ',');
  // As the browser has the text of a control.
  return String(value).replaceAll('\r\n', '\n');
}

/** What can't be read is sent as it is, for the server to reject. */
function toValue(schema: Schema, text: string): unknown {
  const { type = 'string', items = {} } = schema;
  if (isLines(schema)) {
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => toValue(items, line));
  }
  if (type === 'string') return text;
  try {
    const value = JSON.parse(text);
    return typeof value === 'number' && !Number.isSafeInteger(value) ? text : value;
  } catch {
    return text;
  }
}
