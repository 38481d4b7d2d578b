import { beforeAll, describe, expect, test } from 'vitest';
import { expectError, invalidArgument } from './errors.ts';
import { type EntityName, kinds } from './kinds.ts';
import { START } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** A field of each type that the kind has, to try the operators on. */
export interface TriedFields {
  text: string;
  integer?: string;
  long?: string;
  boolean?: string;
}

/** A condition without its field, and the values of the resources that satisfy it. */
type Row<Value> = readonly [condition: string, found: readonly (Value | null)[]];

/** All but these, and but null, for which no comparison is true. */
const allBut =
  <Value>(all: readonly (Value | null)[]) =>
  (...excluded: Value[]): (Value | null)[] =>
    all.filter((value) => value !== null && !excluded.includes(value));

const LONG = 'zoo: ÄÖ The Quick Brown Fox Jumps Over The Lazy Dog, often';
const TEXTS = [
  'apple',
  'Apple',
  'banana',
  '',
  'École',
  'école',
  '100%',
  '1000',
  'a_c',
  'abc',
  'slash\\back',
  'end\\',
  'a=b',
  'pear,plum',
  ' spaced ',
  'is null',
  "' OR 1=1 --",
  'two\nlines',
  '😀',
  LONG,
  null,
];
const textsBut = allBut(TEXTS);
const textsWithA = ['apple', 'Apple', 'a_c', 'abc', 'a=b'];

/** F57 for text; of the order only that of the alphabet. */
const TEXT_ROWS: Row<string>[] = [
  ['=apple', ['apple', 'Apple']],
  ['=ÉCOLE', ['École']],
  ['=', ['']],
  ["=' OR 1=1 --", ["' OR 1=1 --"]],
  ['?=1000.0,+1000', []],
  [`=${'a'.repeat(20_000)}`, []],
  ['!=apple', textsBut('apple', 'Apple')],
  ['<a', ['', '100%', '1000', ' spaced ', "' OR 1=1 --"]],
  ['<=', ['']],
  ['~=A%', textsWithA],
  ['~=a\\_c', ['a_c']],
  ['~=a_%', textsWithA],
  ['~=\\%', []],
  ['~=%\\\\%', ['slash\\back', 'end\\']],
  ['~=end\\', ['end\\']],
  ['~=__', []],
  ['~=two_lines', ['two\nlines']],
  ['~=%', textsBut()],
  [`~=${'%'.repeat(1000)}`, textsBut()],
  [`~=a${'%_'.repeat(2)}%`, ['apple', 'Apple', 'a_c', 'abc', 'a=b']],
  ['~=%ÄÖ the quick brown fox jumps over the lazy%', [LONG]],
  ['!~=a%', textsBut(...textsWithA)],
  ['?=apple,banana', ['apple', 'Apple', 'banana']],
  ['?=ÉCOLE,ABC', ['École', 'abc']],
  ['?=abc, spaced ', ['abc', ' spaced ']],
  ["?=',1=1 --,' OR 1=1 --", ["' OR 1=1 --"]],
  ['!?=apple,banana', textsBut('apple', 'Apple', 'banana')],
  [`?=${'a,'.repeat(999)}`, ['']],
  [`~=${'a'.repeat(1024)}`, []],
  [' is null', [null]],
  ['   is null   ', [null]],
  [' not null', textsBut()],
];

const INTEGERS = [1, 5, 10];
const integersBut = allBut(INTEGERS);

const INTEGER_ROWS: Row<number>[] = [
  ['=\t+5\n', [5]],
  ['=-2147483648', []],
  ['!=5', [1, 10]],
  ['<5', [1]],
  ['>5', [10]],
  ['>=5', [5, 10]],
  ['?= 1 , +10 ,3', [1, 10]],
  ['!?=1,10', [5]],
  ['~= 5 ', [5]],
  ['!~=5', [1, 10]],
  [' is null', []],
  [' not null', integersBut()],
];

const LONGS = [5, 4_294_967_296, 9_007_199_254_740_991, null];

const LONG_ROWS: Row<number>[] = [
  ['=5', [5]],
  ['= +4294967296 ', [4_294_967_296]],
  ['=9007199254740991', [9_007_199_254_740_991]],
  ['=-9007199254740991', []],
  ['!=5', [4_294_967_296, 9_007_199_254_740_991]],
  ['<4294967296', [5]],
  ['>4294967296', [9_007_199_254_740_991]],
  ['>9007199254740990', [9_007_199_254_740_991]],
  ['?=5,9007199254740991', [5, 9_007_199_254_740_991]],
  ['!?=5,6', [4_294_967_296, 9_007_199_254_740_991]],
  [' is null', [null]],
  [' not null', [5, 4_294_967_296, 9_007_199_254_740_991]],
];

/** Invalid Integers and Longs (F9), by their mistake. */
const NO_INTEGERS = [
  ['=1.5', '1.5'],
  ['>=x', 'x'],
  ['?=1,', ''],
  ['~=5%', '5%'],
] as const;

const BOOLEANS = [true, false];

const BOOLEAN_ROWS: Row<boolean>[] = [
  ['=TRUE', [true]],
  ['=False', [false]],
  ['!=true', [false]],
  ['<true', [false]],
  ['<=true', [true, false]],
  ['!~=true', [false]],
  ['?=false,TRUE', [true, false]],
  ['!?=true', [false]],
  [' is null', []],
  [' not null', [true, false]],
];

const NO_BOOLEANS = [
  ['=1', '1'],
  ['= true', ' true'],
  ['?=true,maybe', 'maybe'],
] as const;

/** Of Nov 25, 2025, from 11:51:50 AM on; none at the beginning of its second but the second. */
const TIMES: readonly [shown: string, at: number][] = [
  ['Nov 25, 2025 11:51:50 AM', START + 123],
  ['Nov 25, 2025 11:51:51 AM', START + 1000],
  ['Nov 25, 2025 11:51:51 AM', START + 1999],
  ['Nov 25, 2025 12:00:00 PM', START + 490_001],
  ['Nov 26, 2025 12:00:00 AM', START + 43_690_500],
];
const [FIRST, SECOND, , NOON, MIDNIGHT] = TIMES.map(([shown]) => shown) as [string, ...string[]];

const DATE_ROWS: Row<string | undefined>[] = [
  ['=2025-11-25 11:51:50', [FIRST]],
  ['=2025-11-25 11:51:51', [SECOND, SECOND]],
  [`=${SECOND}`, [SECOND, SECOND]],
  ['=Nov 25, 2025 12:00:00 AM', []],
  ['<Dec 31, 9999 11:59:59 PM', [FIRST, SECOND, SECOND, NOON, MIDNIGHT]],
  ['>0001-01-01 00:00:00', [FIRST, SECOND, SECOND, NOON, MIDNIGHT]],
  ['!=2025-11-25 11:51:51', [FIRST, NOON, MIDNIGHT]],
  [`<${NOON}`, [FIRST, SECOND, SECOND]],
  ['<=2025-11-25 11:51:51', [FIRST, SECOND, SECOND]],
  ['>2025-11-25 11:51:51', [NOON, MIDNIGHT]],
  ['>=2025-11-25 11:51:51', [SECOND, SECOND, NOON, MIDNIGHT]],
  ['?=2025-11-25 11:51:50,2025-11-26 00:00:00', [FIRST, MIDNIGHT]],
  [`?=${FIRST},2025-11-25 12:00:00,${MIDNIGHT}`, [FIRST, NOON, MIDNIGHT]],
  ['!?=2025-11-25 11:51:51', [FIRST, NOON, MIDNIGHT]],
  [`!~=${FIRST}`, [SECOND, SECOND, NOON, MIDNIGHT]],
  [`!?=${FIRST},2025-11-25 11:51:51`, [NOON, MIDNIGHT]],
  [' is null', []],
  [' not null', [FIRST, SECOND, SECOND, NOON, MIDNIGHT]],
];

const NO_DATES = [
  '=2025-02-30 00:00:00',
  '<=',
  '?=2025-11-25 11:51:50,x',
  `?=${Array(1001).fill('2025-11-25 11:51:50')}`,
];

const shown = (condition: string) =>
  condition.length > 60 ? `${condition.slice(0, 60)}…` : JSON.stringify(condition).slice(1, -1);

/** Every operator on a field of every type the kind has. */
export function describeConditions(name: EntityName, tried: TriedFields): void {
  const { path, put, ...kind } = kinds[name];
  const { text, integer, long, boolean } = tried;

  interface Trial {
    field: string | undefined;
    /** What the field holds, one resource each. */
    values: readonly unknown[];
    /** Conditions with the values that they find, as in answers. */
    rows: readonly Row<unknown>[];
    rejected: readonly (readonly [condition: string, details: unknown])[];
  }

  function describeField({ field, values, rows, rejected }: Trial): void {
    if (!field) return;
    const nullable = kind.nullable.includes(field);
    describe(`by ${field}`, () => {
      const server = sharedServer();
      beforeAll(async () => {
        for (const [index, value] of values.entries()) {
          if (value === null && !nullable) continue;
          await put(server(), { createDate: START + index * 1000, [field]: value });
        }
      });

      test.each(
        rows.map(([condition, found]) => [shown(condition), condition, found] as const),
      )('%s', async (_, condition, found) => {
        const { status, body } = await server().query(path, [field + condition]);

        expect(body).toMatchObject({ success: true });
        expect(status).toBe(200);
        const shown = body.inventories.map((resource: Record<string, unknown>) => resource[field]);
        expect(shown.map((value: unknown) => value ?? null)).toEqual(
          found.filter((value) => value !== null || nullable),
        );
      });

      test.each(
        rejected.map(([condition, details]) => [shown(condition), condition, details] as const),
      )('rejecting %s', async (_, condition, details) => {
        expectError(await server().query(path, [field + condition]), invalidArgument(details));
      });
    });
  }

  const noInteger = (field = '') =>
    NO_INTEGERS.map(
      ([condition, value]) =>
        [condition, `[${field}] field is excepted an int or long, but was [${value}].`] as const,
    );
  const overflow = (value: string) =>
    `${value} is Integer overflow, Integer.MAX_VALUE is 2147483647`;
  const outOfRange = (field = '') =>
    `field[${field}] must be in range of [-9007199254740991, 9007199254740991]`;

  describe('finds', () => {
    describeField({
      field: text,
      values: TEXTS,
      rows: TEXT_ROWS,
      rejected: [
        [`~=${'a'.repeat(1025)}`, expect.stringContaining('1025 characters')],
        [`?=${'a,'.repeat(1000)}`, expect.stringContaining(text)],
        [`!?=${'a,'.repeat(1000)}`, expect.stringContaining(text)],
      ],
    });
    describeField({
      field: integer,
      values: INTEGERS,
      rows: INTEGER_ROWS,
      rejected: [
        ...noInteger(integer),
        ['=2147483648', overflow('2147483648')],
        ['<2147483648', overflow('2147483648')],
        ['=-2147483649', overflow('-2147483649')],
        ['?=1,2147483648', overflow('2147483648')],
        ['!=9007199254740993', overflow('9007199254740993')],
      ],
    });
    describeField({
      field: long,
      values: LONGS,
      rows: LONG_ROWS,
      rejected: [
        ...noInteger(long),
        ['=9007199254740992', outOfRange(long)],
        ['<9223372036854775808', outOfRange(long)],
        ['>-9007199254740992', outOfRange(long)],
        ['?=5,99999999999999999999999', outOfRange(long)],
      ],
    });
    describeField({
      field: boolean,
      values: BOOLEANS,
      rows: BOOLEAN_ROWS,
      rejected: NO_BOOLEANS.map(([condition, value]) => [
        condition,
        `Invalid value for boolean field [${boolean}], [${value}] is not a valid boolean string[true, false].`,
      ]),
    });
    describeField({
      field: 'createDate',
      values: TIMES.map(([, at]) => at),
      rows: DATE_ROWS,
      rejected: NO_DATES.map((condition) => [condition, expect.stringContaining('[createDate]')]),
    });
  });
}
