import { readFileSync } from 'node:fs';

/** What of JSON Schema the document uses for requests. */
export interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required: boolean;
  schema: Schema;
}

/** An operation as the document describes it. */
export interface DocumentedOperation {
  id: string;
  method: string;
  /** As in the document, after the server's prefix. */
  path: string;
  parameters: Parameter[];
  /** Schema of the JSON body; none where the document knows none. */
  body?: Schema;
  /** Codes of the failures of each status. */
  codes: ReadonlyMap<number, readonly string[]>;
  needsSession: boolean;
  /** Schema of what `inventory`, or each of `inventories`, holds. */
  inventory?: Schema;
  /** Whether an answer may be a list of resources. */
  lists: boolean;
}

const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));

/** Replaces every reference below a node by the one object that it refers to. */
// biome-ignore lint/suspicious/noExplicitAny: a JSON document
function dereference(node: any, visited = new Set()): any {
  if (typeof node !== 'object' || node === null || visited.has(node)) return node;
  visited.add(node);
  if (node.$ref) {
    const names = node.$ref.slice(2).split('/');
    const referred = names.reduce((place: typeof node, name: string) => place[name], document);
    return dereference(referred, visited);
  }
  if (node.allOf) {
    const { allOf, ...keywords } = node;
    return { ...dereference(allOf[0], visited), ...keywords };
  }
  for (const [name, member] of Object.entries(node)) node[name] = dereference(member, visited);
  return node;
}
dereference(document);

/** What every path of the document begins with. */
export const PREFIX: string = document.servers[0].url.replace(/^http:\/\/[^/]+/, '');

function operationOf(
  path: string,
  method: string,
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  described: any,
): DocumentedOperation {
  const answer = described.responses[200]?.content['application/json']?.schema.properties ?? {};
  const inventory = answer.inventory ?? answer.inventories?.items;
  const body = described.requestBody?.content['application/json'].schema;
  return {
    id: described.operationId,
    method: method.toUpperCase(),
    path,
    parameters: described.parameters ?? [],
    ...(body && { body }),
    codes: new Map(
      Object.entries<{ description: string }>(described.responses).map(
        ([status, { description }]) => [
          Number(status),
          description.match(/\b(?:SYS|ID)\.\d{4}\b/g) ?? [],
        ],
      ),
    ),
    needsSession: (described.security ?? document.security).length > 0,
    ...(inventory && { inventory }),
    lists: answer.inventories !== undefined,
  };
}

/** Every operation of the committed document. */
export const documentedOperations: readonly DocumentedOperation[] = Object.entries<object>(
  document.paths,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
);
