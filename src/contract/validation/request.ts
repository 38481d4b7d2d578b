import { type TSchema, Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { type Operation, type OperationName, operations, type Request } from '../operations.ts';
import { tagFields } from '../schemas/tag.ts';
import { optional, since } from '../schemas/types.ts';
import {
  compileValidator,
  isPlainObject,
  messageClass,
  trim,
  typeMismatch,
  type ValidationContext,
} from './validator.ts';

/** What to do about fields that no schema knows: report them, or throw (F10). */
export type OnUnknownFields = (fields: readonly string[], message: string) => void;

/** A request as it came. */
export interface RawRequest {
  /** Tells the path decoded, after `/zstack`, for sentences. */
  path: () => string;
  /** The parsed query string: texts, or lists of them for repeated parameters. */
  query: Record<string, unknown>;
  /** The parsed JSON; undefined or null for none. */
  body: unknown;
}

/** What of a request is read, converted and checked. */
type ValidatedRequest<Name extends OperationName> = Omit<Request<Name>, 'path' | 'caller'>;

const tagNames = Object.keys(tagFields);
const tagSchema = Type.Object(optional(tagFields));

/** Whether a request without its wrapper can't succeed. */
export function requiresWrapper(operation: Operation): boolean {
  return operation.params.required !== undefined || operation.absentActions !== undefined;
}

/** The request body's schema, as documented: the wrapper with the tags beside it. */
export function bodySchema(name: OperationName): TSchema | undefined {
  const operation: Operation = operations[name];
  if (!operation.wrapper) return undefined;
  const wrapped = { ...operation.params, description: 'The parameters.' };
  return Type.Object(
    {
      [operation.wrapper]: requiresWrapper(operation) ? wrapped : Type.Optional(wrapped),
      ...(!operation.untagged && optional(since(operation.since, tagFields))),
    },
    { $id: `${name}Request`, description: `The body of ${name}.` },
  );
}

/**
 * Compiles an operation's reader, once, at start.
 * @returns a function that judges the types of what was sent, and returns one that judges the
 *   arguments: a job fails by the second, but the request itself by the first (F5). Both throw
 *   ApiError SYS.1007.
 */
export function compileRequestValidator<Name extends OperationName>(
  name: Name,
  onUnknownFields: OnUnknownFields,
): (sent: RawRequest) => () => ValidatedRequest<Name> {
  const operation: Operation = operations[name];
  const message = messageClass(name);
  const params = compileValidator(operation.params);
  const tags = compileValidator(tagSchema);
  const query = compileValidator(operation.query);
  const wrappers = operation.wrapper
    ? [operation.wrapper, ...(operation.wrapperAliases ?? [])]
    : [];
  /** A deletion has no wrapper: its parameters may stand in the body instead of the query. */
  const bodyParameters =
    operation.method === 'DELETE' ? Object.keys(operation.query.properties) : [];
  const bodyNames = new Set([...wrappers, ...bodyParameters, ...tagNames]);

  return ({ path, query: sentQuery, body }) => {
    const sent = bodyObject(body);
    if (operation.absentActions) assertAction(operation, sent, path);
    const unknownTopLevel = Object.keys(sent).filter((field) => !bodyNames.has(field));
    const context: ValidationContext = { message, unknownFields: unknownTopLevel };
    const wrapper = findWrapper(wrappers, sent);
    const convertedParams = params.coerce(wrapper, '', context);
    const convertedTags = tags.coerce(extractTags(sent, wrapper), '', context);
    const queryInput = {
      ...pickMembers(bodyParameters, sent),
      ...queryValues(operation, sentQuery),
    };
    const values = applyDefaults(operation, queryInput);
    assertIntegers(operation, values);
    const convertedQuery = query.coerce(values, '', context);

    // The SDKs put tags inside the wrapper: known there, though no parameters.
    const unknown = context.unknownFields.filter((field) => !tagNames.includes(field));
    if (unknown.length > 0) onUnknownFields(unknown, message);

    return () => {
      const checkedParams = params.validate(convertedParams, '', context);
      const { systemTags = [], userTags = [] } = tags.validate(convertedTags, '', context) as {
        systemTags?: string[];
        userTags?: string[];
      };
      return {
        params: checkedParams as ValidatedRequest<Name>['params'],
        query: query.validate(convertedQuery, '', context) as ValidatedRequest<Name>['query'],
        systemTags: [...new Set(systemTags)],
        userTags: [...new Set(userTags)],
      };
    };
  };
}

/**
 * A PUT whose path serves several actions names one by the wrapper's key, also when that holds null
 * (F32).
 */
function assertAction(
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

/** Query parameters have a sentence of their own for what is no integer (F57). */
function assertIntegers({ query }: Operation, values: Record<string, unknown>): void {
  for (const [name, { type }] of Object.entries<TSchema>(query.properties)) {
    const value = values[name];
    if (type === 'integer' && value !== undefined && !/^[+-]?\d+$/.test(trim(String(value)))) {
      throw invalidArgument(`Invalid query parameter. '${name}' must be an integer`);
    }
  }
}

/** The body as an object; no body is an empty one. */
function bodyObject(body: unknown): Record<string, unknown> {
  const sent = body ?? {};
  if (!isPlainObject(sent)) throw typeMismatch('body', 'an object', sent);
  return sent;
}

/** The first wrapper that is there, the operation's own before its aliases (F30). */
function findWrapper(
  wrappers: readonly string[],
  body: Record<string, unknown>,
): Record<string, unknown> {
  const name = wrappers.find((wrapper) => (body[wrapper] ?? null) !== null);
  if (name === undefined) return {};
  const wrapper = body[name];
  if (!isPlainObject(wrapper)) throw typeMismatch(name, 'an object', wrapper);
  return wrapper;
}

/** Each list of tags: the one beside the wrapper, else the one inside it (F29). */
function extractTags(
  body: Record<string, unknown>,
  wrapper: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(tagNames.map((tag) => [tag, body[tag] ?? wrapper[tag] ?? null]));
}

/** An empty word is the default one: `deleteMode=` is Permissive (F46). */
function applyDefaults(
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
 * `uuids.0`; of others the first (F57).
 */
function queryValues({ query }: Operation, sent: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(query.properties)) {
    const given = [sent[name] ?? []].flat();
    const all = schema.type === 'array' ? [...given, ...indexedValues(name, sent)] : given;
    if (all.length === 0) continue;
    values[name] = schema.type === 'array' ? all : all[0];
  }
  return values;
}

/** The values of `name.0`, `name.1`…, by their numbers. */
function indexedValues(name: string, sent: Record<string, unknown>): unknown[] {
  return Object.keys(sent)
    .flatMap((key) => {
      const [, number] = key.startsWith(`${name}.`) ? (/\.(\d{1,9})$/.exec(key) ?? []) : [];
      return key === `${name}.${number}` ? [{ number: Number(number), values: sent[key] }] : [];
    })
    .sort((a, b) => a.number - b.number)
    .flatMap(({ values }) => values);
}

function pickMembers(
  names: readonly string[],
  sent: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(sent, name) ? [[name, sent[name]]] : [])),
  );
}
