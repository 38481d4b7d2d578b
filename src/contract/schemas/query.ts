import { Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { trim } from '../validation/scalars.ts';
import { boolean, integer, listOf, optional, text, verbatim } from './types.ts';

/** Page size without `limit` (F57). */
export const DEFAULT_LIMIT = 1000;
/** Maximum number of conditions in a query. */
export const CONDITIONS_MAX = 100;
/** Maximum number of members of a list in a condition. */
export const LIST_MAX = 1000;
/** Maximum number of conditions with patterns, each of which is matched against every row. */
export const PATTERN_CONDITIONS_MAX = 8;
/** Maximum length of all patterns of a query together, in characters. */
export const PATTERNS_MAX = 1024;
/** Maximum number of `_` after `%` in all patterns together, each of which is tried at every position of a text. */
export const WILDCARDS_MAX = 16;

const fields = text(
  'Scalar fields to return, separated by commas. The answer then lacks other fields, also those that its ' +
    'schema requires: not for clients that validate answers.',
);

/** The query parameters of a Get operation. */
export const GetParams = Type.Object(optional({ fields }));

/** The query parameters of a Query operation. */
export const QueryParams = Type.Object(
  optional({
    q: listOf(
      'Conditions of a field, an operator and a value, such as `name=chat`, `size>=1024`, `name~=chat%` or ' +
        '`description is null`; all must hold. Repeat the parameter for each condition: `q=…&q=…`, with axios ' +
        'by `paramsSerializer: { indexes: null }`.',
      verbatim('A condition: field, operator and value.'),
      { maxItems: CONDITIONS_MAX },
    ),
    limit: integer('Maximum number of resources to return.', { min: 0, default: DEFAULT_LIMIT }),
    start: integer('Number of resources to skip before the page.', { min: 0, default: 0 }),
    sort: text('Field to sort by: `name` or `+name` ascending, `-name` descending.'),
    fields,
    count: boolean('Whether to return `total` alone: the number of matches.', { default: false }),
    replyWithCount: boolean('Whether to add `total`: the number of matches on all pages.', {
      default: false,
    }),
    groupBy: text('Accepted for compatibility; has no effect.'),
    filterName: text('Accepted for compatibility; has no effect.'),
  }),
);

/** In the order in which they are searched for (F57). */
export const operators = [
  '!=',
  '>=',
  '<=',
  '!?=',
  '!~=',
  '~=',
  '?=',
  '=',
  '>',
  '<',
  'is null',
  'not null',
] as const;
export type Operator = (typeof operators)[number];

/** A condition in its parts, as messages have it (F60). */
export interface QueryCondition {
  name: string;
  op: Operator;
  value?: string;
}

/**
 * Splits a condition at the first operator of the list that occurs anywhere in it, and there at its first
 * occurrence (F57).
 * @throws ApiError SYS.1007 without an operator or a field
 */
export function parseCondition(condition: string): QueryCondition {
  const op = operators.find((candidate) => condition.includes(candidate));
  if (!op) {
    throw invalidArgument(
      `Invalid query parameter. The '${condition}' in the parameter[q] doesn't contain any query ` +
        `operator. Valid query operators are [[${operators.join(', ')}]]`,
    );
  }
  const at = condition.indexOf(op);
  const name = trim(condition.slice(0, at));
  if (name === '') {
    throw invalidArgument(
      `Invalid query parameter. The '${condition}' in the parameter[q] doesn't name a field`,
    );
  }
  return { name, op, value: condition.slice(at + op.length) };
}
