import { ApiError, invalidArgument } from '../contract/errors.ts';
import {
  type EntityKind,
  type QueryField,
  queryableEntities,
  queryField,
} from '../contract/schemas/fields.ts';
import {
  LIST_MAX,
  type Operator,
  PATTERN_CONDITIONS_MAX,
  PATTERNS_MAX,
  parseCondition,
  type QueryCondition,
  WILDCARDS_MAX,
} from '../contract/schemas/query.ts';
import { boolean, integer, long } from '../contract/schemas/types.ts';
import { className } from '../contract/typed-answers.ts';
import { codePointLength, trim } from '../contract/validation/scalars.ts';
import { compileValidator } from '../contract/validation/validator.ts';
import type { Dependencies } from './dependencies.ts';
import type { Condition, Predicate, Scalar, Sort } from './store.ts';

type ParseDate = Dependencies['parseDate'];

const scalarValidators = {
  integer: compileValidator(integer('')),
  long: compileValidator(long('')),
  boolean: compileValidator(boolean('')),
};

/**
 * Parses the conditions of a query (F57), texts or already split.
 * @param now the time of the query, which deployments' fields depend on (F62)
 * @throws ApiError SYS.1007 for an invalid condition or value, SYS.1000 for an unknown field
 */
export function parseConditions(
  kind: EntityKind,
  conditions: readonly (string | QueryCondition)[],
  parseDate: ParseDate,
  now = 0,
): Condition[] {
  const parsed = conditions.map((each): Condition => {
    const { name, op, value = '' } = typeof each === 'string' ? parseCondition(each) : each;
    const field = resolveField(kind, name);
    const { is, negated } = operatorForms[op];
    const predicate = toPredicate(is, field, name, value, parseDate);
    return { field: { ...field, now }, negated, predicate };
  });
  assertPatternLimits(parsed);
  return parsed;
}

/**
 * Parses the order of a query: `+field`, `-field` or `field`; undefined for none.
 * @throws ApiError SYS.1000 for an unknown field, or one of a related resource
 */
export function parseSort(kind: EntityKind, sort = '', now = 0): Sort | undefined {
  const [, sign, name = ''] = /^([+-]?)(.*)$/s.exec(trim(sort)) ?? [];
  const field = trim(name);
  if (field === '') return undefined;
  return { field: { ...resolveField(kind, field, 'self'), now }, descending: sign === '-' };
}

/**
 * Parses the fields that a query requests; undefined for all.
 * @throws ApiError SYS.1000 for an unknown field, or one of a related resource
 */
export function parseFields(kind: EntityKind, fields = ''): string[] | undefined {
  const names = fields
    .split(',')
    .map(trim)
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  return [...new Set(names)].map((name) => resolveField(kind, name, 'self').name);
}

/**
 * @param owner of the fields that are allowed; by default any
 * @throws ApiError SYS.1000 for an unknown field, or one of another owner
 */
function resolveField(kind: EntityKind, name: string, owner?: QueryField['of']): QueryField {
  const field = queryField(kind, name);
  if (field && (owner === undefined || field.of === owner)) return field;
  const inventory = className(String(queryableEntities[kind].inventory.$id));
  throw new ApiError(
    'noSuchField',
    `inventory class[class ${inventory}] not having field[${name}]`,
  );
}

/** The predicate of each operator, and whether the operator negates it. */
const operatorForms: Record<Operator, { is: Predicate['is']; negated: boolean }> = {
  '=': { is: '=', negated: false },
  '!=': { is: '=', negated: true },
  '<': { is: '<', negated: false },
  '<=': { is: '<=', negated: false },
  '>': { is: '>', negated: false },
  '>=': { is: '>=', negated: false },
  '?=': { is: 'in', negated: false },
  '!?=': { is: 'in', negated: true },
  '~=': { is: 'like', negated: false },
  '!~=': { is: 'like', negated: true },
  'not null': { is: 'present', negated: false },
  'is null': { is: 'present', negated: true },
};

function toPredicate(
  is: Predicate['is'],
  field: QueryField,
  name: string,
  value: string,
  parseDate: ParseDate,
): Predicate {
  if (is === 'present') return { is };
  if (field.type === 'time') return timePredicate(is, name, value, parseDate);
  const parse = (text: string) => parseValue(field, name, text);
  if (is === 'in') return { is, values: splitList(name, value, /,/).map(parse) };
  if (is !== 'like') return { is: is as '=', value: parse(value) };
  // Numbers and booleans have no wildcards, so that a pattern is an equality.
  if (field.type !== 'text') return { is: '=', value: parse(value) };
  return { is, pattern: normalizePattern(value) };
}

function parseValue({ type }: QueryField, name: string, text: string): Scalar {
  if (type === 'text' || type === 'time') return text;
  const validator = scalarValidators[type];
  const context = { message: 'query', unknownFields: [] };
  return validator.validate(validator.coerce(text, name, context), name, context) as Scalar;
}

/** The resolution of dates in answers. */
const SECOND_MS = 1000;

/** Dates are compared by the second, so that each is a range of milliseconds. */
function timePredicate(
  is: Predicate['is'],
  name: string,
  value: string,
  parseDate: ParseDate,
): Predicate {
  const parse = (text: string): number => {
    const time = parseDate(text);
    if (time !== undefined) return time;
    throw invalidArgument(
      `[${name}] field is excepted a date such as 2025-11-25 11:51:50, but was [${text}].`,
    );
  };
  if (is === 'in') {
    // The comma before a year is part of a date in the form of answers.
    return { is: 'in seconds', seconds: splitList(name, value, /,(?!\s*\d{4}\s)/).map(parse) };
  }
  const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const time = parse(value);
  const next = time + SECOND_MS;
  const ranges: Partial<Record<Predicate['is'], [from: number, before: number]>> = {
    '<': [first, time],
    '<=': [first, next],
    '>': [next, last],
    '>=': [time, last],
  };
  const [from, before] = ranges[is] ?? [time, next];
  return { is: 'range', from, before };
}

function splitList(name: string, value: string, comma: RegExp): string[] {
  const members = value.split(comma);
  if (members.length <= LIST_MAX) return members;
  throw invalidArgument(
    `the list of ${members.length} members for the field[${name}] in the parameter[q] has more than ${LIST_MAX}`,
  );
}

/** Merges repeated `%` and escapes a backslash at the end. */
function normalizePattern(value: string): string {
  return value.replace(/\\.|%+|\\$/gsu, (part) =>
    part.startsWith('%') ? '%' : part === '\\' ? '\\\\' : part,
  );
}

/** @throws ApiError SYS.1007 for patterns that together take too long to match */
function assertPatternLimits(conditions: readonly Condition[]): void {
  const patterns = conditions.flatMap(({ predicate }) =>
    predicate.is === 'like' ? [predicate.pattern] : [],
  );
  if (patterns.length > PATTERN_CONDITIONS_MAX) {
    throw invalidArgument(
      `the parameter[q] has ${patterns.length} conditions with patterns, more than ${PATTERN_CONDITIONS_MAX}`,
    );
  }
  const assertAtMost = (most: number, count: number, what: string) => {
    if (count <= most) return;
    throw invalidArgument(
      `the patterns in the parameter[q] have ${count} ${what} together, more than ${most}`,
    );
  };
  assertAtMost(PATTERNS_MAX, codePointLength(patterns.join('')), 'characters');
  const searched = patterns.map((pattern) => {
    const [, ...parts] = pattern.replace(/\\./gsu, '').split('%');
    return parts.join('').replace(/[^_]/g, '').length;
  });
  const wildcards = searched.reduce((sum, each) => sum + each, 0);
  assertAtMost(WILDCARDS_MAX, wildcards, "'_' behind '%'");
}
