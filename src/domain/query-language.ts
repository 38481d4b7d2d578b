import { ApiError, invalidArgument } from '../contract/errors.ts';
import { type Kind, type QueryField, queryables, queryField } from '../contract/schemas/fields.ts';
import {
  LIST_MAX,
  type Operator,
  PATTERN_CONDITIONS_MAX,
  PATTERNS_MAX,
  parseCondition,
  WILDCARDS_MAX,
} from '../contract/schemas/query.ts';
import { boolean, integer, long } from '../contract/schemas/types.ts';
import { charactersOf, compileReader, trim } from '../contract/validation/validator.ts';
import type { Condition, Ports, Scalar, Sort, Test } from './dependencies.ts';

type ParseDate = Ports['parseDate'];

const readers = {
  integer: compileReader(integer('')),
  long: compileReader(long('')),
  boolean: compileReader(boolean('')),
};

/**
 * Reads the conditions of a query (contract §4.7).
 * @throws ApiError SYS.1007 for a condition or value that can't be read, SYS.1000 for an unknown field
 */
export function readConditions(
  kind: Kind,
  conditions: readonly string[],
  parseDate: ParseDate,
): Condition[] {
  const read = conditions.map((text) => {
    const { field, operator, value } = parseCondition(text);
    return conditionOn(requireField(kind, field), field, operator, value, parseDate);
  });
  limitPatterns(read);
  return read;
}

/**
 * Reads what a query is sorted by: `+field`, `-field` or `field`; undefined for nothing.
 * @throws ApiError SYS.1000 for an unknown field, and for one of another resource
 */
export function readSort(kind: Kind, sort = ''): Sort | undefined {
  const [, sign, name = ''] = /^([+-]?)(.*)$/s.exec(trim(sort)) ?? [];
  const field = trim(name);
  if (field === '') return undefined;
  return { field: requireOwnField(kind, field), descending: sign === '-' };
}

/**
 * Reads the fields a query asks for; undefined for all.
 * @throws ApiError SYS.1000 for an unknown field, and for one of another resource
 */
export function readFields(kind: Kind, fields = ''): string[] | undefined {
  const names = fields
    .split(',')
    .map(trim)
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  return [...new Set(names)].map((name) => requireOwnField(kind, name).name);
}

function requireOwnField(kind: Kind, name: string): QueryField {
  const field = requireField(kind, name);
  if (field.of !== 'self') throw noSuchField(kind, name);
  return field;
}

function requireField(kind: Kind, name: string): QueryField {
  const field = queryField(kind, name);
  if (!field) throw noSuchField(kind, name);
  return field;
}

function noSuchField(kind: Kind, name: string): ApiError {
  return new ApiError(
    'noSuchField',
    `inventory class[class ${queryables[kind].inventory.$id}] not having field[${name}]`,
  );
}

/** The positive form of each operator, and whether the operator negates it. */
const forms: Record<Operator, { test: Test['is']; negated: boolean }> = {
  '=': { test: '=', negated: false },
  '!=': { test: '=', negated: true },
  '<': { test: '<', negated: false },
  '<=': { test: '<=', negated: false },
  '>': { test: '>', negated: false },
  '>=': { test: '>=', negated: false },
  '?=': { test: 'among', negated: false },
  '!?=': { test: 'among', negated: true },
  '~=': { test: 'like', negated: false },
  '!~=': { test: 'like', negated: true },
  'not null': { test: 'present', negated: false },
  'is null': { test: 'present', negated: true },
};

function conditionOn(
  field: QueryField,
  name: string,
  operator: Operator,
  value: string,
  parseDate: ParseDate,
): Condition {
  const { test, negated } = forms[operator];
  return { field, negated, test: testOf(test, field, name, value, parseDate) };
}

function testOf(
  is: Test['is'],
  field: QueryField,
  name: string,
  value: string,
  parseDate: ParseDate,
): Test {
  if (is === 'present') return { is };
  if (field.type === 'time') return timeTest(is, name, value, parseDate);
  const read = (text: string) => readValue(field, name, text);
  if (is === 'among') return { is, values: membersOf(name, value, /,/).map(read) };
  if (is !== 'like') return { is: is as '=', value: read(value) };
  // Without wildcards, which no number or boolean has, a pattern stands for itself.
  if (field.type !== 'text') return { is: '=', value: read(value) };
  return { is, pattern: readPattern(value) };
}

function readValue({ type }: QueryField, name: string, text: string): Scalar {
  if (type === 'text' || type === 'time') return text;
  const reader = readers[type];
  const reading = { message: 'query', unknownFields: [] };
  return reader.check(reader.convert(text, name, reading), name, reading) as Scalar;
}

/** A second, which is as finely as dates are told. */
const SECOND = 1000;

/** Dates compare to the second, so that each stands for a range of milliseconds. */
function timeTest(is: Test['is'], name: string, value: string, parseDate: ParseDate): Test {
  const read = (text: string): number => {
    const time = parseDate(text);
    if (time !== undefined) return time;
    throw invalidArgument(
      `[${name}] field is excepted a date such as 2025-11-25 11:51:50, but was [${text}].`,
    );
  };
  if (is === 'among') {
    // The comma before a year is part of a date as answers write it.
    return { is: 'in seconds', seconds: membersOf(name, value, /,(?!\s*\d{4}\s)/).map(read) };
  }
  const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const time = read(value);
  switch (is) {
    case '<':
      return { is: 'within', from: first, before: time };
    case '<=':
      return { is: 'within', from: first, before: time + SECOND };
    case '>':
      return { is: 'within', from: time + SECOND, before: last };
    case '>=':
      return { is: 'within', from: time, before: last };
    default:
      return { is: 'within', from: time, before: time + SECOND };
  }
}

function membersOf(name: string, value: string, comma: RegExp): string[] {
  const members = value.split(comma);
  if (members.length <= LIST_MAX) return members;
  throw invalidArgument(
    `the list of ${members.length} members for the field[${name}] in the parameter[q] has more than ${LIST_MAX}`,
  );
}

/** A pattern with no more wildcards than it needs, and no escape without a character to escape. */
function readPattern(value: string): string {
  return value.replace(/\\.|%+|\\$/gsu, (part) =>
    part.startsWith('%') ? '%' : part === '\\' ? '\\\\' : part,
  );
}

/** @throws ApiError SYS.1007 for patterns that together would take too long to match */
function limitPatterns(conditions: readonly Condition[]): void {
  const patterns = conditions.flatMap(({ test }) => (test.is === 'like' ? [test.pattern] : []));
  if (patterns.length > PATTERN_CONDITIONS_MAX) {
    throw invalidArgument(
      `the parameter[q] has ${patterns.length} conditions with patterns, more than ${PATTERN_CONDITIONS_MAX}`,
    );
  }
  const refuseAbove = (most: number, count: number, what: string) => {
    if (count <= most) return;
    throw invalidArgument(
      `the patterns in the parameter[q] have ${count} ${what} together, more than ${most}`,
    );
  };
  refuseAbove(PATTERNS_MAX, charactersOf(patterns.join('')), 'characters');
  const searched = patterns.map((pattern) => {
    const [, ...parts] = pattern.replace(/\\./gsu, '').split('%');
    return parts.join('').replace(/[^_]/g, '').length;
  });
  const wildcards = searched.reduce((sum, each) => sum + each, 0);
  refuseAbove(WILDCARDS_MAX, wildcards, "'_' behind '%'");
}
