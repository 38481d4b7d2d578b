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
  'Scalar fields to return, separated by commas. An answer then holds these alone, though the schema ' +
    'calls others required: clients that validate answers should not use it.',
);

/** The query parameters of a Get operation. */
export const GetParams = Type.Object(optional({ fields }));

/** The query parameters of a Query operation. */
export const QueryParams = Type.Object(
  optional({
    q: listOf(
      'A condition such as `name=chat`, `size>=1024`, `name~=chat%` or `description is null`; all ' +
        'that are given must hold. The parameter is repeated for each of them: `q=…&q=…`, which axios ' +
        'does with `paramsSerializer: { indexes: null }`.',
      verbatim('A condition: field, operator, value.'),
      { maxItems: CONDITIONS_MAX },
    ),
    limit: integer('Most resources to return; 0 returns none.', { min: 0, default: DEFAULT_LIMIT }),
    start: integer('Resources to skip: those of the pages before.', { min: 0, default: 0 }),
    sort: text('Field to sort by: `+name` or `name` ascending, `-name` descending.'),
    fields,
    count: boolean('Return only the number of resources, as `total`.', { default: false }),
    replyWithCount: boolean('Also return `total`, the number of all resources that match.', {
      default: false,
    }),
    groupBy: text('Accepted, without effect.'),
    filterName: text('Accepted, without effect.'),
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

/** A condition in the form of a message (F60). */
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
