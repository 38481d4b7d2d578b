import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { App } from '../../src/app.ts';

const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');
/** Compiled once: compiling takes longer than most tests. */
const validators = new Map<string, ValidateFunction>();

/** The same document for answers to `fields`, which hold no more than was asked for. */
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

/** The document's schema of an operation's answer, as a JSON pointer into it. */
function schemaOf(operationId: string, status: number, base: string): string | undefined {
  for (const [path, methods] of Object.entries<object>(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId !== operationId || !operation.responses[status]) continue;
      const pointer = ['paths', path, method, 'responses', status, 'content', 'application/json'];
      const encode = (part: unknown) =>
        encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
      return `${base}#/${[...pointer, 'schema'].map(encode).join('/')}`;
    }
  }
  return undefined;
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

/**
 * Watches an app's answers for lies: one that doesn't fit the committed document, or where
 * serialising dropped, changed or moved something of what the handler returned.
 * @returns a list that grows with each lie found
 */
export function watchResponses(app: App): string[] {
  const contractViolations: string[] = [];
  const returned = new WeakMap<object, unknown>();
  app.addHook('preSerialization', async (request, _reply, payload) => {
    returned.set(request, payload);
    return payload;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { operation } = request.routeOptions.config;
    // The router takes a trailing slash for an empty parameter: no path of the operation's.
    const isItsPath = !Object.values(request.params ?? {}).includes('');
    // A large one is encoded by then.
    const text = Buffer.isBuffer(payload) ? payload.toString() : payload;
    if (!operation || !isItsPath || typeof text !== 'string') return payload;
    const sent = JSON.parse(text);
    const asksForFields = (request.query as { fields?: string } | undefined)?.fields;
    const wrong = schemaViolation(
      operation,
      { status: reply.statusCode, body: sent },
      Boolean(asksForFields),
    );
    if (wrong) contractViolations.push(`${wrong}: ${text}`);
    const meant = returned.get(request);
    // In this order too: it is what a job tells of the same.
    if (meant && JSON.stringify(meant) !== text) {
      contractViolations.push(`${operation} meant ${JSON.stringify(meant)} but sent ${text}`);
    }
    return payload;
  });
  return contractViolations;
}
