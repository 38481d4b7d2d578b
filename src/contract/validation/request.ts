import { type TSchema, Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { type Operation, type OperationName, operations, type Request } from '../operations.ts';
import { tagFields } from '../schemas/tag.ts';
import { optional, since } from '../schemas/types.ts';
import {
  compileReader,
  isStructure,
  messageClass,
  type Reading,
  trim,
  wrongType,
} from './validator.ts';

/** What to do about fields that no schema knows: report them, or throw (decision 10). */
export type OnUnknownFields = (fields: readonly string[], message: string) => void;

/** A request as it came. */
export interface SentRequest {
  /** Tells the path decoded, after `/zstack`, for sentences. */
  path: () => string;
  /** The parsed query string: texts, or lists of them for repeated parameters. */
  query: Record<string, unknown>;
  /** The parsed JSON; undefined or null for none. */
  body: unknown;
}

/** What of a request is read, converted and checked. */
type Read<Name extends OperationName> = Omit<Request<Name>, 'path' | 'caller'>;

const tagNames = Object.keys(tagFields);
const tagSchema = Type.Object(optional(tagFields));

/** Whether a request without its wrapper can't succeed. */
export function needsWrapper(operation: Operation): boolean {
  return operation.params.required !== undefined || operation.absentActions !== undefined;
}

/** The request body's schema, as documented: the wrapper with the tags beside it. */
export function bodySchema(name: OperationName): TSchema | undefined {
  const operation: Operation = operations[name];
  if (!operation.wrapper) return undefined;
  const wrapped = { ...operation.params, description: 'The parameters.' };
  return Type.Object(
    {
      [operation.wrapper]: needsWrapper(operation) ? wrapped : Type.Optional(wrapped),
      ...(!operation.untagged && optional(since(operation.since, tagFields))),
    },
    { $id: `${name}Request`, description: `The body of ${name}.` },
  );
}

/**
 * Compiles an operation's reader, once, at start.
 * @returns a function that judges the types of what was sent, and returns one that judges the
 *   arguments: a job fails by the second, but the request itself by the first (decision 5). Both throw
 *   ApiError SYS.1007.
 */
export function compileRequestReader<Name extends OperationName>(
  name: Name,
  onUnknownFields: OnUnknownFields,
): (sent: SentRequest) => () => Read<Name> {
  const operation: Operation = operations[name];
  const message = messageClass(name);
  const params = compileReader(operation.params);
  const tags = compileReader(tagSchema);
  const query = compileReader(operation.query);
  const wrappers = operation.wrapper
    ? [operation.wrapper, ...(operation.wrapperAliases ?? [])]
    : [];
  /** A deletion has no wrapper: its parameters may stand in the body instead of the query. */
  const inBody = operation.method === 'DELETE' ? Object.keys(operation.query.properties) : [];
  const bodyNames = new Set([...wrappers, ...inBody, ...tagNames]);

  return ({ path, query: sentQuery, body }) => {
    const sent = structureOf(body);
    if (operation.absentActions) requireAction(operation, sent, path);
    const unknownAtTop = Object.keys(sent).filter((field) => !bodyNames.has(field));
    const reading: Reading = { message, unknownFields: unknownAtTop };
    const wrapper = wrapperOf(wrappers, sent);
    const convertedParams = params.convert(wrapper, '', reading);
    const convertedTags = tags.convert(tagsOf(sent, wrapper), '', reading);
    const given = { ...only(inBody, sent), ...queryValues(operation, sentQuery) };
    const values = withDefaults(operation, given);
    requireIntegers(operation, values);
    const convertedQuery = query.convert(values, '', reading);

    // The SDKs put tags inside the wrapper: known there, though no parameters.
    const unknown = reading.unknownFields.filter((field) => !tagNames.includes(field));
    if (unknown.length > 0) onUnknownFields(unknown, message);

    return () => {
      const checkedParams = params.check(convertedParams, '', reading);
      const { systemTags = [], userTags = [] } = tags.check(convertedTags, '', reading) as {
        systemTags?: string[];
        userTags?: string[];
      };
      return {
        params: checkedParams as Read<Name>['params'],
        query: query.check(convertedQuery, '', reading) as Read<Name>['query'],
        systemTags: [...new Set(systemTags)],
        userTags: [...new Set(userTags)],
      };
    };
  };
}

/**
 * A PUT whose path serves several actions names one by the wrapper's key, also when that holds null
 * (decision 32).
 */
function requireAction(
  operation: Operation,
  sent: Record<string, unknown>,
  path: () => string,
): void {
  if (operation.wrapper && Object.hasOwn(sent, operation.wrapper)) return;
  const absent = operation.absentActions?.find((action) => Object.hasOwn(sent, action));
  throw invalidArgument(
    absent
      ? `this server does not provide the action[${absent}] of the URL[${path()}]`
      : `the body doesn't contain action mapping to the URL[${path()}]`,
  );
}

/** Query parameters have a sentence of their own for what is no integer (contract §4.7). */
function requireIntegers({ query }: Operation, values: Record<string, unknown>): void {
  for (const [name, { type }] of Object.entries<TSchema>(query.properties)) {
    const value = values[name];
    if (type === 'integer' && value !== undefined && !/^[+-]?\d+$/.test(trim(String(value)))) {
      throw invalidArgument(`Invalid query parameter. '${name}' must be an integer`);
    }
  }
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

/** An empty word is the default one: `deleteMode=` is Permissive (contract §2). */
function withDefaults(
  { query }: Operation,
  values: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const schema = query.properties[name];
      const isEmptyWord = schema?.enum && typeof value === 'string' && trim(value) === '';
      return [name, isEmptyWord ? schema.default : value];
    }),
  );
}

/**
 * What a query string gives for each parameter: of a list all values, repeated or numbered as
 * `uuids.0`; of others the first (contract §4.7).
 */
function queryValues({ query }: Operation, sent: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(query.properties)) {
    const given = [sent[name] ?? []].flat();
    const all = schema.type === 'array' ? [...given, ...numbered(name, sent)] : given;
    if (all.length === 0) continue;
    values[name] = schema.type === 'array' ? all : all[0];
  }
  return values;
}

/** The values of `name.0`, `name.1`…, by their numbers. */
function numbered(name: string, sent: Record<string, unknown>): unknown[] {
  return Object.keys(sent)
    .flatMap((key) => {
      const [, number] = key.startsWith(`${name}.`) ? (/\.(\d{1,9})$/.exec(key) ?? []) : [];
      return key === `${name}.${number}` ? [{ number: Number(number), values: sent[key] }] : [];
    })
    .sort((a, b) => a.number - b.number)
    .flatMap(({ values }) => values);
}

function only(names: readonly string[], sent: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(sent, name) ? [[name, sent[name]]] : [])),
  );
}
