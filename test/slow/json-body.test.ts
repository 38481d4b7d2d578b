import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { NumberLiteral, parseJsonBody } from '../../src/contract/validation/json.ts';
import { cpuMilliseconds } from '../support/cpu-time.ts';

const parse = (body: string | Buffer) => parseJsonBody(Buffer.from(body as string));

function expectedError(body: string | Buffer): string {
  try {
    parse(body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error.kind).toBe('invalidArgument');
    return error.message;
  }
  throw new Error('the body was accepted');
}

/** Scalars, lists and objects, each counting one. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countValues(member), 1);
}

/** The value as JSON.parse would have read it, with every number rounded to JavaScript's. */
function rounded(value: unknown): unknown {
  if (value instanceof NumberLiteral) return Number(value.text);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}

describe('reads', () => {
  test('no body as none', () => {
    expect(parse('')).toBeUndefined();
  });

  test.each([
    ['{"a":[1,true,null,"x"]}', { a: [1, true, null, 'x'] }],
    [' \t\r\n{ } ', {}],
    ['\uFEFF{"a":1}', { a: 1 }],
    ['null', null],
    ['1', 1],
    ['"text"', 'text'],
    ['{"a":1,"a":2}', { a: 2 }],
    ['"[[[{{{,,,\\"]]]\\\\"', '[[[{{{,,,"]]]\\'],
    ['["\\\\",[],"\\\\\\"["]', ['\\', [], '\\"[']],
    ['"\u{1F600}\uFEFF"', '\u{1F600}\uFEFF'],
  ])('%s', (body, value) => {
    expect(parse(body)).toEqual(value);
  });

  test('property: whatever JSON.parse reads, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(rounded(parse(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    '1.10',
    '-0.5',
    '1e3',
    '1E-400',
    '12345678901234567890',
    '1234567890123456',
  ])('the digits of %s as they were written', (digits) => {
    expect(parse(`{"a":[${digits},"1.5",{"b":${digits}}]}`)).toEqual({
      a: [new NumberLiteral(digits), '1.5', { b: new NumberLiteral(digits) }],
    });
    expect(parse(digits)).toEqual(new NumberLiteral(digits));
    expect(parse(`\uFEFF ${digits} `)).toEqual(new NumberLiteral(digits));
  });

  test.each(['0', '-1', '123456789012345'])('%s as a number', (digits) => {
    expect(parse(digits)).toBe(Number(digits));
  });

  test.each(['1.', '1.2.3', '1e', '+1.5'])('%s not at all', (digits) => {
    expect(expectedError(`{"a":${digits}}`)).toContain('not valid JSON');
  });

  test('the last of several digits for one key', () => {
    expect(parse('{"a":1.10,"a":1.20}')).toEqual({ a: new NumberLiteral('1.20') });
    expect(parse('{"a":1.10,"a":2}')).toEqual({ a: 2 });
  });

  test.each([
    '{"\\u0000":"5"}',
    '{"a":1.5,"b":{"\\u0000":"5"}}',
  ])('%j with its object of one member', (body) => {
    expect(rounded(parse(body))).toEqual(JSON.parse(body));
  });

  test('a key of __proto__ as an ordinary member', () => {
    const value = parse('{"__proto__":{"polluted":true}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect('polluted' in value).toBe(false);
  });
});

describe('rejects', () => {
  test.each([
    '{',
    '{"a":}',
    '[1,]',
    'undefined',
    '{"a":1}x',
    '\uFEFF',
    '"\t"',
  ])('what is not JSON: %j', (body) => {
    expect(expectedError(body)).toMatch(/^the body is not valid JSON: /);
  });

  test.each([
    ['a stray byte', [0x22, 0xff, 0x22]],
    ['an overlong NUL', [0x22, 0xc0, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a character cut short', [0x22, 0xe4, 0xbd, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('what is not UTF-8: %s', (_, bytes) => {
    expect(expectedError(Buffer.from(bytes))).toBe('the body is not valid UTF-8');
  });
});

describe('the depth of 64 (F35)', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const tooDeep = 'the body is nested deeper than 64 levels';

  test.each([
    ['lists', lists],
    ['objects', objects],
    [
      'both alternately',
      (depth: number) => `${'[{"a":'.repeat(depth / 2)}[]${'}]'.repeat(depth / 2)}`,
    ],
  ])('of %s', (name, nested) => {
    const atLimit = name === 'both alternately' ? 62 : 64;
    expect(parse(nested(atLimit))).toEqual(JSON.parse(nested(atLimit)));
    expect(expectedError(nested(atLimit + 2))).toBe(tooDeep);
  });

  test('of 65 is one too many', () => {
    expect(expectedError(lists(65))).toBe(tooDeep);
    expect(expectedError(objects(65))).toBe(tooDeep);
  });

  test('is not used up by other operations', () => {
    const body = `[${Array.from({ length: 100 }, () => lists(63)).join(',')}]`;
    expect(parse(body)).toEqual(JSON.parse(body));
  });
});

describe('the 200,000 values (F35)', () => {
  const tooMany = 'the body holds more than 200000 values';
  const repeat = (member: string, times: number) => `[${Array(times).fill(member).join(',')}]`;

  test.each([
    ['scalars', '0', 199_999, 200_000],
    ['texts', '","', 199_999, 200_000],
    ['empty lists', '[ ]', 199_999, 200_000],
    ['empty objects', '{}', 199_999, 200_000],
    ['objects of one', '{"a":1}', 99_999, 100_000],
    ['lists of two', '[1,2]', 66_666, 66_667],
  ])('of %s', (_, member, most, oneMore) => {
    expect(parse(repeat(member, most))).toHaveLength(most);
    expect(expectedError(repeat(member, oneMore))).toBe(tooMany);
  });

  test('property: counts as a naive counter does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        // The outer list is a value too.
        const rest = 200_000 - 1 - countValues(JSON.parse(text));
        const padded = (count: number) => `[${text}${',0'.repeat(count)}]`;
        expect(parse(padded(rest))).toHaveLength(rest + 1);
        expect(expectedError(padded(rest + 1))).toBe(tooMany);
      }),
      { numRuns: 25 },
    );
  });
});

describe('32 MiB of hostile JSON are rejected in well under a second', () => {
  const size = 32 * 1024 * 1024;
  const filled = (unit: string) => Buffer.alloc(size, unit);

  test.each(['[', '{"a":', ']', '[0,', '"', '\\"['])('%s…', (unit) => {
    const body = filled(unit);
    expect(cpuMilliseconds(() => expectedError(body))).toBeLessThan(1000);
  });
});
