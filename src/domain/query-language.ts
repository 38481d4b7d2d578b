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
  WILDCARDS_MAX,
} from '../contract/schemas/query.ts';
import { boolean, integer, long } from '../contract/schemas/types.ts';
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
 * Reads the conditions of a query (F57).
 * @throws ApiError SYS.1007 for a condition or value that can't be read, SYS.1000 for an unknown field
 */
export function parseConditions(
  kind: EntityKind,
  conditions: readonly string[],
  parseDate: ParseDate,
): Condition[] {
  const read = conditions.map((text) => {
    const { field, operator, value } = parseCondition(text);
    return toCondition(resolveField(kind, field), field, operator, value, parseDate);
  });
  assertPatternLimits(read);
  return read;
}

/**
 * Reads what a query is sorted by: `+field`, `-field` or `field`; undefined for nothing.
 * @throws ApiError SYS.1000 for an unknown field, and for one of another resource
 */
export function parseSort(kind: EntityKind, sort = ''): Sort | undefined {
  const [, sign, name = ''] = /^([+-]?)(.*)$/s.exec(trim(sort)) ?? [];
  const field = trim(name);
  if (field === '') return undefined;
  return { field: resolveOwnField(kind, field), descending: sign === '-' };
}

/**
 * Reads the fields a query asks for; undefined for all.
 * @throws ApiError SYS.1000 for an unknown field, and for one of another resource
 */
export function parseFields(kind: EntityKind, fields = ''): string[] | undefined {
  const names = fields
    .split(',')
    .map(trim)
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  return [...new Set(names)].map((name) => resolveOwnField(kind, name).name);
}

function resolveOwnField(kind: EntityKind, name: string): QueryField {
  const field = resolveField(kind, name);
  if (field.of !== 'self') throw noSuchField(kind, name);
  return field;
}

function resolveField(kind: EntityKind, name: string): QueryField {
  const field = queryField(kind, name);
  if (!field) throw noSuchField(kind, name);
  return field;
}

function noSuchField(kind: EntityKind, name: string): ApiError {
  return new ApiError(
    'noSuchField',
    `inventory class[class ${queryableEntities[kind].inventory.$id}] not having field[${name}]`,
  );
}

/** The positive form of each operator, and whether the operator negates it. */
const operatorForms: Record<Operator, { test: Predicate['is']; negated: boolean }> = {
  '=': { test: '=', negated: false },
  '!=': { test: '=', negated: true },
  '<': { test: '<', negated: false },
  '<=': { test: '<=', negated: false },
  '>': { test: '>', negated: false },
  '>=': { test: '>=', negated: false },
  '?=': { test: 'in', negated: false },
  '!?=': { test: 'in', negated: true },
  '~=': { test: 'like', negated: false },
  '!~=': { test: 'like', negated: true },
  'not null': { test: 'present', negated: false },
  'is null': { test: 'present', negated: true },
};

function toCondition(
  field: QueryField,
  name: string,
  operator: Operator,
  value: string,
  parseDate: ParseDate,
): Condition {
  const { test, negated } = operatorForms[operator];
  return { field, negated, predicate: toPredicate(test, field, name, value, parseDate) };
}

function toPredicate(
  is: Predicate['is'],
  field: QueryField,
  name: string,
  value: string,
  parseDate: ParseDate,
): Predicate {
  if (is === 'present') return { is };
  if (field.type === 'time') return timePredicate(is, name, value, parseDate);
  const read = (text: string) => parseValue(field, name, text);
  if (is === 'in') return { is, values: splitList(name, value, /,/).map(read) };
  if (is !== 'like') return { is: is as '=', value: read(value) };
  // Without wildcards, which no number or boolean has, a pattern stands for itself.
  if (field.type !== 'text') return { is: '=', value: read(value) };
  return { is, pattern: normalizePattern(value) };
}

function parseValue({ type }: QueryField, name: string, text: string): Scalar {
  if (type === 'text' || type === 'time') return text;
  const validator = scalarValidators[type];
  const context = { message: 'query', unknownFields: [] };
  return validator.validate(validator.coerce(text, name, context), name, context) as Scalar;
}

/** A second, which is as finely as dates are told. */
const SECOND_MS = 1000;

/** Dates compare to the second, so that each stands for a range of milliseconds. */
function timePredicate(
  is: Predicate['is'],
  name: string,
  value: string,
  parseDate: ParseDate,
): Predicate {
  const read = (text: string): number => {
    const time = parseDate(text);
    if (time !== undefined) return time;
    throw invalidArgument(
      `[${name}] field is excepted a date such as 2025-11-25 11:51:50, but was [${text}].`,
    );
  };
  if (is === 'in') {
    // The comma before a year is part of a date as answers write it.
    return { is: 'in seconds', seconds: splitList(name, value, /,(?!\s*\d{4}\s)/).map(read) };
  }
  const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const time = read(value);
  switch (is) {
    case '<':
      return { is: 'range', from: first, before: time };
    case '<=':
      return { is: 'range', from: first, before: time + SECOND_MS };
    case '>':
      return { is: 'range', from: time + SECOND_MS, before: last };
    case '>=':
      return { is: 'range', from: time, before: last };
    default:
      return { is: 'range', from: time, before: time + SECOND_MS };
  }
}

function splitList(name: string, value: string, comma: RegExp): string[] {
  const members = value.split(comma);
  if (members.length <= LIST_MAX) return members;
  throw invalidArgument(
    `the list of ${members.length} members for the field[${name}] in the parameter[q] has more than ${LIST_MAX}`,
  );
}

/** A pattern with no more wildcards than it needs, and no escape without a character to escape. */
function normalizePattern(value: string): string {
  return value.replace(/\\.|%+|\\$/gsu, (part) =>
    part.startsWith('%') ? '%' : part === '\\' ? '\\\\' : part,
  );
}

/** @throws ApiError SYS.1007 for patterns that together would take too long to match */
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
