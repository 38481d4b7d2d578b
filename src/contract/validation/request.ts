import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { messageClass } from '../messages.ts';
import { type Operation, type OperationName, operations, type Request } from '../operations.ts';
import { tagFields } from '../schemas/tag.ts';
import { optional } from '../schemas/types.ts';
import { trim, typeMismatch, type ValidationContext } from './scalars.ts';
import { compileValidator, isPlainObject } from './validator.ts';

/** Names in a request that no schema has. */
export interface UnknownNames {
  message: string;
  fields: readonly string[];
  /** The names of the operation's parameters. */
  known: readonly string[];
  /** Of the query. */
  parameters: readonly string[];
  /** The wrapper that the body lacks, though it has parameters (F32). */
  missingWrapper: string | undefined;
}

/** Reports unknown names, or throws ApiError SYS.1007 (F10, F43). */
export type OnUnknownFields = (unknown: UnknownNames) => void;

/** A request before validation. */
export interface RawRequest {
  /** The parsed query string: a text, or a list of texts for a repeated parameter. */
  query: Record<string, unknown>;
  /** The parsed JSON; undefined or null without a body. */
  body: unknown;
}

type ValidatedRequest<Name extends OperationName> = Omit<
  Request<Name>,
  'path' | 'caller' | 'outcome'
>;

/** Maximum number of query parameters that are looked at for unknown ones. */
const PARAMETERS_MAX = 100;

const tagNames = Object.keys(tagFields);
const tagSchema = Type.Object(optional(tagFields));

/**
 * Compiles the validator of an operation's requests, once, at start.
 * @param querySchema the schema of the query where it is not that of the operation
 * @returns a function that checks the types of a request and returns a function that checks its
 *   arguments: the first fails the request, the second the job (F5). Both throw ApiError SYS.1007.
 */
export function compileRequestValidator<Name extends OperationName>(
  name: Name,
  onUnknownFields: OnUnknownFields,
  querySchema: TObject = operations[name].query,
): (request: RawRequest) => () => ValidatedRequest<Name> {
  const operation: Operation = { ...operations[name], query: querySchema };
  const message = messageClass(name);
  const params = compileValidator(operation.params);
  const tags = compileValidator(tagSchema);
  const query = compileValidator(operation.query);
  const wrappers = [operation.wrapper ?? [], operation.wrapperAliases ?? []].flat();
  // A deletion may have the parameters of its query in the body (F46).
  const isDeletion = operation.method === 'DELETE';
  const queryNames = isDeletion ? Object.keys(operation.query.properties) : [];
  const known = [...Object.keys(operation.params.properties), ...tagNames];
  const queryParameters = new Set(
    Object.entries<TSchema>(operation.query.properties).flatMap(([each, { type }]) =>
      type === 'array' ? [each, `${each}.0`] : each,
    ),
  );
  const bodyNames = new Set([...wrappers, ...queryNames, ...tagNames]);

  return (request) => {
    const body = objectIn(request.body ?? {}, 'body');
    const unknownTopLevel = Object.keys(body).filter((field) => !bodyNames.has(field));
    const context: ValidationContext = { message, unknownFields: unknownTopLevel };
    const wrapped = unwrap(wrappers, body);
    const coercedParams = params.coerce(wrapped, '', context);
    const coercedTags = tags.coerce(extractTags(body, wrapped), '', context);
    const rawQuery = queryValues(operation, request.query, isDeletion ? body : {});
    const coercedQuery = query.coerce(rawQuery, '', context);

    // The SDKs send tags inside the wrapper, although they are no parameters.
    const fields = context.unknownFields.filter((field) => !tagNames.includes(field));
    const isUnwrapped =
      !wrappers.some((each) => Object.hasOwn(body, each)) &&
      unknownTopLevel.some((field) => Object.hasOwn(operation.params.properties, field));
    const parameters = Object.keys(request.query)
      .slice(0, PARAMETERS_MAX)
      .filter((each) => !queryParameters.has(each.replace(/\.\d{1,9}$/, '.0')));
    if (fields.length > 0 || parameters.length > 0) {
      const missingWrapper = isUnwrapped ? wrappers[0] : undefined;
      onUnknownFields({ message, fields, known, parameters, missingWrapper });
    }

    return () => {
      const validParams = params.validate(coercedParams, '', context);
      const validTags = tags.validate(coercedTags, '', context);
      const { systemTags = [], userTags = [] } = validTags as Static<typeof tagSchema>;
      return {
        params: validParams as ValidatedRequest<Name>['params'],
        query: query.validate(coercedQuery, '', context) as ValidatedRequest<Name>['query'],
        systemTags: [...new Set(systemTags)],
        userTags: [...new Set(userTags)],
      };
    };
  };
}

function objectIn(value: unknown, field: string): Record<string, unknown> {
  if (isPlainObject(value)) return value;
  throw typeMismatch(field, 'an object', value);
}

/** What the first wrapper of the body holds, the operation's own before its aliases (F30). */
function unwrap(
  wrappers: readonly string[],
  body: Record<string, unknown>,
): Record<string, unknown> {
  const name = wrappers.find((wrapper) => (body[wrapper] ?? null) !== null);
  return name === undefined ? {} : objectIn(body[name], name);
}

/** Each list of tags next to the wrapper, else the one inside it (F29). */
function extractTags(
  body: Record<string, unknown>,
  wrapped: Record<string, unknown>,
): Record<string, unknown> {
  const tags: Record<string, unknown> = {};
  for (const name of tagNames) tags[name] = body[name] ?? wrapped[name] ?? null;
  return tags;
}

/**
 * The parameters of a query: all values of a list, repeated or numbered such as `uuids.0`, and the first
 * value of any other parameter (F57).
 * @param defaults values of parameters that the query lacks
 */
function queryValues(
  { query }: Operation,
  raw: Record<string, unknown>,
  defaults: Record<string, unknown>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(query.properties)) {
    const isList = schema.type === 'array';
    const repeated = [raw[name] ?? []].flat();
    const all = isList ? repeated.concat(indexedValues(name, raw)) : repeated;
    const sent = isList ? all : all[0];
    const value = all.length === 0 ? defaults[name] : sent;
    if (value === undefined) continue;
    const number = typeof value === 'object' ? '' : trim(String(value));
    if (schema.type === 'integer' && !/^[+-]?\d+$/.test(number)) {
      throw invalidArgument(`Invalid query parameter. '${name}' must be an integer`);
    }
    // An empty enumeration value means the default: `deleteMode=` is Permissive (F46).
    const isEmpty = schema.enum && typeof value === 'string' && trim(value) === '';
    values[name] = isEmpty ? (schema.default ?? value) : value;
  }
  return values;
}

/** The values of `name.0`, `name.1`…, sorted by number. */
function indexedValues(name: string, raw: Record<string, unknown>): unknown[] {
  return Object.keys(raw)
    .flatMap((key) => {
      const [, number] = key.startsWith(`${name}.`) ? (/\.(\d{1,9})$/.exec(key) ?? []) : [];
      return key === `${name}.${number}` ? [{ number: Number(number), values: raw[key] }] : [];
    })
    .sort((a, b) => a.number - b.number)
    .flatMap(({ values }) => values);
}
