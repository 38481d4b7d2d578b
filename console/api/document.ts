import type { operations } from './openapi.d.ts';

/** The name of an operation of the API. */
export type Operation = keyof operations;

/** As much of a JSON schema as the document uses. */
export interface Schema {
  type?: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  description?: string;
  default?: string;
  enum?: string[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  allOf?: Schema[];
  $ref?: string;
}

/** A member of an object, or a parameter. */
export type Field = [name: string, schema: Schema];

interface OpenApi {
  paths: Record<string, Record<string, { operationId: Operation }>>;
  components: { schemas: Record<string, Schema> };
}

/** The document of the server that has sent the page. */
const { paths, components }: OpenApi = await (await fetch('../openapi.json')).json();

/** Method and URL of each operation. */
const requestLines = new Map<Operation, [method: string, url: string]>();
for (const [url, methods] of Object.entries(paths)) {
  for (const [method, { operationId }] of Object.entries(methods)) {
    requestLines.set(operationId, [method.toUpperCase(), url]);
  }
}

/** The names of all operations, in the document's order. */
export const operationNames = [...requestLines.keys()];

/** Method and path of a request, with these values in the place of `{name}`. */
export function requestLine(operation: Operation, values: Record<string, string> = {}) {
  const [method = '', url = ''] = requestLines.get(operation) ?? [];
  const path = url.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ''));
  return { method, path };
}

/** The schema of that name; one without members where the document has none. */
export const schemaOf = (name: string): Schema => components.schemas[name] ?? {};

/** The members of an object's schema, in their order. */
export function membersOf({ properties = {} }: Schema): Field[] {
  return Object.entries(properties).map(([name, each]) => [name, resolve(each)]);
}

/** Whether a field can be a column, sorted by, and named in `fields`. */
export const isScalar = ([, { type }]: Field) => type !== 'array' && type !== 'object';

/** The values that a schema allows, where they are few. */
export const valuesOf = ({ type, enum: values = [] }: Schema): string[] =>
  type === 'boolean' ? ['true', 'false'] : values;

/** A schema with what it and its items refer to in their place; its own description wins. */
function resolve({ $ref, allOf, ...own }: Schema): Schema {
  const reference = $ref ?? allOf?.[0]?.$ref;
  if (reference !== undefined) {
    return { ...resolve(schemaOf(reference.slice(reference.lastIndexOf('/') + 1))), ...own };
  }
  return own.items ? { ...own, items: resolve(own.items) } : own;
}
