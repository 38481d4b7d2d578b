import { type Field, membersOf, type Operation, type Schema, schemaOf } from '../api/document.ts';
import { t } from '../texts/text.ts';
import type { Resource } from './kinds.ts';

/** Fields of inventories that requests name otherwise. */
const SOURCES: Record<string, string> = { architectureImages: 'modelServiceImages' };

type Texts = Record<string, string>;
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
    const mode = { ...schemaOf('DeleteMode'), default: 'Permissive', description: t('enforcing') };
    return { fields: [['deleteMode', mode]], required: [], toRequest: (query) => ({ query }) };
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
export const isLines = ({ type, items }: Schema) => type === 'array' && items?.type !== 'object';

/** Whether a value is written as JSON: a list of objects, or an object. */
export const isJson = ({ type, items }: Schema) => [type, items?.type].includes('object');

/** The texts that a form has for a resource's values, by the names of parameters; empty for none. */
export function toTexts(fields: Field[], resource?: Resource): Texts {
  return Object.fromEntries(
    fields.map(([name, schema]) => [name, toText(schema, resource?.[SOURCES[name] ?? name])]),
  );
}

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

/** The values of the parameters whose texts are not those that a form began with. */
export function toValues(fields: Field[], texts: Texts, initial: Texts): Values {
  const changed = fields.filter(([name]) => texts[name] !== initial[name]);
  return Object.fromEntries(
    changed.map(([name, schema]) => [name, toValue(schema, String(texts[name]))]),
  );
}

/** What can't be read is sent as it is, for the server to reject. */
function toValue({ type, items = {} }: Schema, text: string): unknown {
  if (type === 'array' && items.type !== 'object') {
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => toValue(items, line));
  }
  if (type === undefined || type === 'string') return text;
  try {
    const value = JSON.parse(text);
    return typeof value === 'number' && !Number.isSafeInteger(value) ? text : value;
  } catch {
    return text;
  }
}
