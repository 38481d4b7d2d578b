import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { App } from '../../src/app.ts';
import type { Schema } from './openapi-document.ts';

const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');
/** Compiled once: compiling takes longer than most tests. */
const validators = new Map<string, ValidateFunction>();

/** The same document for answers to `fields`, which have only the requested members. */
const partial = JSON.parse(JSON.stringify(document));
for (const [name, schema] of Object.entries<{ required?: string[] }>(partial.components.schemas)) {
  if (name.endsWith('Inventory')) delete schema.required;
}
ajv.addSchema(partial, 'partial');

function validatorOf(pointer: string): ValidateFunction {
  const validator = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
  validators.set(pointer, validator);
  return validator;
}

const CONTENT_SCHEMA = ['content', 'application/json', 'schema'];

/** The document's schema of an operation's answer, as a JSON pointer into it. */
function schemaOf(operationId: string, status: number, base: string): string | undefined {
  const path = responsePath(operationId, status);
  const encode = (part: unknown) =>
    encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
  return path && `${base}#/${[...path, ...CONTENT_SCHEMA].map(encode).join('/')}`;
}

function responsePath(operationId: string, status: number): string[] | undefined {
  for (const [path, methods] of Object.entries<object>(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId !== operationId || !operation.responses[status]) continue;
      const { $ref } = operation.responses[status];
      return $ref?.slice(2).split('/') ?? ['paths', path, method, 'responses', String(status)];
    }
  }
  return undefined;
}

const at = (path: string[] | undefined) => path?.reduce((node, part) => node[part], document);

function answerSchemaOf(operationId: string, status: number): Schema {
  const path = responsePath(operationId, status);
  return at(path && [...path, ...CONTENT_SCHEMA]) ?? {};
}

/** Headers of the connection, of the content, and of pages of other origins, which a setting allows. */
const UNDECLARED = /^(connection|content-.+|vary|access-control-.+)$/;

/** The names of the headers of an answer that the document lacks, and of those that it requires and are absent. */
function wrongHeaders(operationId: string, status: number, sent: object): string[] {
  const { headers = {} } = at(responsePath(operationId, status)) ?? {};
  const names = Object.keys(headers);
  const isRequired = (name: string) => document.components.headers[name]?.required;
  const declared = names.map((name) => name.toLowerCase());
  const required = names.filter(isRequired).map((name) => name.toLowerCase());
  return [
    ...Object.keys(sent).filter((name) => !UNDECLARED.test(name) && !declared.includes(name)),
    ...required.filter((name) => !Object.hasOwn(sent, name)),
  ];
}

/**
 * Compares an answer with its documented schema.
 * @param asksForFields whether the request said `fields`
 * @returns what is wrong with it, if anything is
 */
export function schemaViolation(
  operationId: string,
  { status, body }: { status: number; body: unknown },
  asksForFields = false,
): string | undefined {
  const pointer = schemaOf(operationId, status, asksForFields ? 'partial' : 'openapi');
  const validate = pointer && validatorOf(pointer);
  if (!validate) return `${operationId} documents no answer of status ${status}`;
  if (validate(body)) return undefined;
  return `${operationId} answered against its schema: ${ajv.errorsText(validate.errors)}`;
}

/** The names of an object's members, and of those below it, that are not in their schema's order (F47). */
function misplacedMembers(value: unknown, schema: Schema): string[] {
  const { properties, items } = resolve(schema);
  if (Array.isArray(value)) return value.flatMap((item) => misplacedMembers(item, items ?? {}));
  if (!properties || typeof value !== 'object' || value === null) return [];
  const names = Object.keys(properties);
  const places = Object.keys(value).map((name) => names.indexOf(name));
  return Object.entries(value).flatMap(([name, member], index) => [
    ...(index > 0 && (places[index] ?? 0) < (places[index - 1] ?? 0) ? [name] : []),
    ...misplacedMembers(member, properties[name] ?? {}),
  ]);
}

function resolve(schema: Schema): Schema {
  const [, name = ''] = /([^/]+)$/.exec(schema.$ref ?? '') ?? [];
  return document.components.schemas[name] ?? schema;
}

/**
 * Compares every answer of an app with the committed document: its schema, the order of members, and its headers.
 * @returns a list that grows with each violation
 */
export function watchResponses(app: App): string[] {
  const contractViolations: string[] = [];
  app.addHook('onSend', async (request, reply, payload) => {
    const operation = request.action ?? request.routeOptions.config.operation;
    // The router takes a trailing slash for an empty parameter: no path of the operation's.
    const isItsPath = !Object.values(request.params ?? {}).includes('');
    // A large one is encoded by then.
    const text = Buffer.isBuffer(payload) ? payload.toString() : payload;
    if (!operation || !isItsPath || typeof text !== 'string') return payload;
    const body = JSON.parse(text);
    const { statusCode: status } = reply;
    const { fields } = request.query as { fields?: string };
    const wrong = schemaViolation(operation, { status, body }, Boolean(fields));
    if (wrong) contractViolations.push(`${wrong}: ${text}`);
    const headers = wrongHeaders(operation, status, reply.getHeaders());
    if (headers.length > 0) {
      contractViolations.push(`${operation} answered ${status} with other headers: ${headers}`);
    }
    // Selected fields are in the order of the request.
    const misplaced = fields ? [] : misplacedMembers(body, answerSchemaOf(operation, status));
    if (misplaced.length > 0) {
      contractViolations.push(`${operation} answered ${misplaced} out of order: ${text}`);
    }
    return payload;
  });
  return contractViolations;
}
