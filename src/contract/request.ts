import { type TSchema, Type } from '@sinclair/typebox';
import { invalidArgument } from './errors.ts';
import { type Operation, type OperationName, operations, type Request } from './operations.ts';
import { unsupportedQueryParameters } from './query.ts';
import { compileReader, isStructure, messageClass, type Reading, wrongType } from './reader.ts';
import { optional, since } from './schema.ts';
import { tagFields } from './tags.ts';

/** What to do about fields that no schema knows: report them, or throw (decision 10). */
export type OnUnknownFields = (fields: readonly string[], message: string) => void;

type Body<Name extends OperationName> = Pick<Request<Name>, 'params' | 'systemTags' | 'userTags'>;

export interface RequestReader<Name extends OperationName> {
  /**
   * @param body the parsed JSON; null for none
   * @throws ApiError SYS.1007
   */
  readBody(body: unknown): Body<Name>;
  /**
   * @param query the parsed query string: texts, or lists of them for repeated parameters
   * @throws ApiError SYS.1007
   */
  readQuery(query: Record<string, unknown>): Request<Name>['query'];
}

const tagNames = Object.keys(tagFields);
const tagSchema = Type.Object(optional(tagFields));

/** Whether a request without its wrapper can't succeed. */
export function needsWrapper(operation: Operation): boolean {
  return operation.params.required !== undefined || operation.method === 'PUT';
}

/** The request body's schema, as documented: the wrapper with the tags beside it. */
export function bodySchema(name: OperationName): TSchema | undefined {
  const operation: Operation = operations[name];
  if (!operation.wrapper) return undefined;
  const wrapped = { ...operation.params, description: 'The parameters.' };
  return Type.Object(
    {
      [operation.wrapper]: needsWrapper(operation) ? wrapped : Type.Optional(wrapped),
      ...optional(since(operation.since, tagFields)),
    },
    { $id: `${name}Request`, description: `The body of ${name}.` },
  );
}

/** Compiles an operation's reader, once, at start. */
export function compileRequestReader<Name extends OperationName>(
  name: Name,
  onUnknownFields: OnUnknownFields,
): RequestReader<Name> {
  const operation: Operation = operations[name];
  const message = messageClass(name);
  const params = compileReader(operation.params);
  const tags = compileReader(tagSchema);
  const query = compileReader(operation.query);
  const wrappers = operation.wrapper
    ? [operation.wrapper, ...(operation.wrapperAliases ?? [])]
    : [];
  const bodyNames = new Set([...wrappers, ...tagNames]);

  return {
    readBody(body) {
      const sent = structureOf(body);
      const unknownAtTop = Object.keys(sent).filter((field) => !bodyNames.has(field));
      const reading: Reading = { message, unknownFields: unknownAtTop };
      const wrapper = wrapperOf(wrappers, sent);
      const convertedParams = params.convert(wrapper, '', reading);
      const convertedTags = tags.convert(tagsOf(sent, wrapper), '', reading);

      // The SDKs put tags inside the wrapper: known there, though no parameters.
      const unknown = reading.unknownFields.filter((field) => !tagNames.includes(field));
      if (unknown.length > 0) onUnknownFields(unknown, message);

      const checkedParams = params.check(convertedParams, '', reading);
      const { systemTags = [], userTags = [] } = tags.check(convertedTags, '', reading) as {
        systemTags?: string[];
        userTags?: string[];
      };
      return {
        params: checkedParams as Body<Name>['params'],
        systemTags: [...new Set(systemTags)],
        userTags: [...new Set(userTags)],
      };
    },

    readQuery(sent) {
      const reading: Reading = { message, unknownFields: [] };
      const values = firstValues(sent);
      for (const parameter of unsupportedQueryParameters) {
        if (values[parameter] !== undefined) {
          throw invalidArgument(
            `Invalid query parameter. This server does not provide '${parameter}' yet`,
          );
        }
      }
      for (const [parameter, { type }] of Object.entries(operation.query.properties)) {
        const value = values[parameter];
        if (type === 'integer' && value !== undefined && !/^\s*[+-]?\d+\s*$/.test(String(value))) {
          throw invalidArgument(`Invalid query parameter. '${parameter}' must be an integer`);
        }
      }
      return query.check(query.convert(values, '', reading), '', reading) as Request<Name>['query'];
    },
  };
}

/**
 * A PUT names its action by the wrapper's key, also when that holds null (decision 32).
 * @param path the request's decoded path after `/zstack`, which the sentence names
 * @throws ApiError SYS.1007 where the body names no action that this server provides
 */
export function requireAction(operation: Operation, body: unknown, path: string): void {
  const sent = structureOf(body);
  if (operation.wrapper && Object.hasOwn(sent, operation.wrapper)) return;
  const absent = operation.absentActions?.find((action) => Object.hasOwn(sent, action));
  throw invalidArgument(
    absent
      ? `this server does not provide the action[${absent}] of the URL[${path}]`
      : `the body doesn't contain action mapping to the URL[${path}]`,
  );
}

/** The body as an object; no body is an empty one. */
function structureOf(body: unknown): Record<string, unknown> {
  const sent = body ?? {};
  if (!isStructure(sent)) throw wrongType('body', 'an object', sent);
  return sent;
}

/** The first wrapper that is there, the operation's own before its aliases (decision 30). */
function wrapperOf(
  wrappers: readonly string[],
  body: Record<string, unknown>,
): Record<string, unknown> {
  const name = wrappers.find((wrapper) => (body[wrapper] ?? null) !== null);
  if (name === undefined) return {};
  const wrapper = body[name];
  if (!isStructure(wrapper)) throw wrongType(name, 'an object', wrapper);
  return wrapper;
}

/** Each list of tags: the one beside the wrapper, else the one inside it (decision 29). */
function tagsOf(
  body: Record<string, unknown>,
  wrapper: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(tagNames.map((tag) => [tag, body[tag] ?? wrapper[tag] ?? null]));
}

/** Of every parameter the first value counts (contract §4.7). */
function firstValues(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
