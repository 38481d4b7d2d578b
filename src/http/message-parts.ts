import { invalidArgument } from '../contract/errors.ts';
import { messageClass } from '../contract/messages.ts';
import { type Operation, type OperationName, operations } from '../contract/operations.ts';
import type { ConditionText, Operator } from '../contract/schemas/query.ts';
import { coerceString, typeMismatch } from '../contract/validation/scalars.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { SentParts } from './operations.ts';

type Fields = Record<string, unknown>;

/** The operators of a message's conditions, in the query language (F60). */
const operators: ReadonlyMap<unknown, Operator> = new Map([
  ...(['=', '!=', '>', '>=', '<', '<=', 'is null'] as const).map((op) => [op, op] as const),
  ['in', '?='],
  ['not in', '!?='],
  ['like', '~='],
  ['not like', '!~='],
  ['is not null', 'not null'],
]);

/**
 * Distributes the flat parameters of a message to the parts of the operation's request.
 * @throws ApiError SYS.1007 for a missing path parameter or an invalid condition
 */
export function toParts(name: OperationName, fields: Fields): SentParts {
  const operation: Operation = operations[name];
  const { session: _session, timeout: _timeout, systemTags, userTags, ...parameters } = fields;
  const take = (field: string): unknown => {
    const value = parameters[field];
    delete parameters[field];
    return value;
  };
  const names = Object.keys(operation.pathParameters);
  const params = names.map((parameter) => {
    const field = operation.tag === 'Sessions' ? 'sessionUuid' : parameter;
    return [parameter, pathParameter(name, field, take(field))];
  });
  const request = { params: Object.fromEntries(params), body: { systemTags, userTags } };
  if (name.startsWith('Query')) return { ...request, ...toQuery(parameters) };
  const query = Object.keys(operation.query.properties).map((field) => [field, take(field)]);
  const wrapped = operation.wrapper && { [operation.wrapper]: parameters };
  const sent = query.filter(([, value]) => value !== undefined && value !== null);
  return { ...request, query: Object.fromEntries(sent), body: { ...request.body, ...wrapped } };
}

function pathParameter(name: OperationName, field: string, value: unknown): string {
  if (value !== undefined && value !== null) return coerceString(value, field);
  throw invalidArgument(
    `field[${field}] of message[${messageClass(name)}] is mandatory, can not be null`,
  );
}

function toQuery({ conditions, sortBy, sortDirection, fields, ...others }: Fields) {
  const split = [conditions ?? []].flat().map(toCondition);
  const texts = split.map(({ field, operator, value }) => field + operator + value);
  const direction = coerceString(sortDirection ?? 'asc', 'sortDirection');
  if (direction !== 'asc' && direction !== 'desc') {
    throw invalidArgument(
      `valid value for field[sortDirection] are [asc, desc], but ${direction} found`,
    );
  }
  const sort = sortBy && (direction === 'desc' ? '-' : '+') + coerceString(sortBy, 'sortBy');
  const query = { ...others, q: texts, sort, fields: fields && joined(fields, 'fields') };
  return { query, conditions: split };
}

function toCondition(condition: unknown): ConditionText {
  if (!isPlainObject(condition)) throw typeMismatch('conditions', 'an object', condition);
  const { name, op, value } = condition;
  const operator = operators.get(op);
  if (typeof name === 'string' && operator) {
    return { field: name, operator, value: joined(value ?? '', 'value') };
  }
  const valid = [...operators.keys()].join(', ');
  throw invalidArgument(`a member of field[conditions] needs a name and an op of [${valid}]`);
}

/** A text, or the texts of a list, separated by commas. */
function joined(value: unknown, field: string): string {
  return [value]
    .flat()
    .map((each) => coerceString(each, field))
    .join(',');
}
