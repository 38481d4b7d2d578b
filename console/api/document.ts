import document from '../../openapi/openapi.json';

/** As much of a JSON schema as the document uses. */
export interface Schema {
  type?: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  format?: string;
  description?: string;
  enum?: string[];
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  $ref?: string;
}

const schemas = document.components.schemas as unknown as Record<string, Schema>;

/** The names of all operations, in the document's order. */
export const operationNames: string[] = Object.values(document.paths).flatMap((methods) =>
  Object.values(methods).map(({ operationId }) => operationId),
);

/** A schema with what it refers to in its place; its own description wins. */
export function resolve(schema: Schema): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  const { $ref, allOf, ...own } = schema;
  return { ...resolve(schemaOf(reference.slice(reference.lastIndexOf('/') + 1))), ...own };
}

/** The schema of that name; one without members where the document has none. */
export function schemaOf(name: string): Schema {
  return schemas[name] ?? {};
}

/** The members of an object's schema, resolved, in their order. */
export function membersOf(schema: Schema): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).map(([name, each]) => [name, resolve(each)]);
}
