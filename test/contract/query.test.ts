import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCondition } from '../../src/contract/schemas/query.ts';

/** In the order of F57. */
const operators = [
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
];

describe('a condition is split', () => {
  test.each([
    ['name=chat', 'name', '=', 'chat'],
    ['name!=chat', 'name', '!=', 'chat'],
    ['size>1', 'size', '>', '1'],
    ['name?=a,b', 'name', '?=', 'a,b'],
    ['name~=a%', 'name', '~=', 'a%'],
    ['name is null', 'name', 'is null', ''],
    ['name not null', 'name', 'not null', ''],
    ['nameis null', 'name', 'is null', ''],
  ])('%s', (text, field, operator, value) => {
    expect(parseCondition(text)).toEqual({ name: field, op: operator, value });
  });

  test.each([
    ['name= a ', 'name', '=', ' a '],
    [' \t name \n=a', 'name', '=', 'a'],
    ["';DROP TABLE models--=1", "';DROP TABLE models--", '=', '1'],
  ])('with its field trimmed and its value unchanged: %j', (text, field, operator, value) => {
    expect(parseCondition(text)).toEqual({ name: field, op: operator, value });
  });

  test.each([
    // An earlier operator of the list wins wherever it occurs.
    ['name=a!=b', 'name=a', '!=', 'b'],
    ['name is null=a', 'name is null', '=', 'a'],
    ['a is not null', 'a is', 'not null', ''],
    ['a!~=b!?=c', 'a!~=b', '!?=', 'c'],
    // The first occurrence of the operator counts.
    ['name!=a!=b', 'name', '!=', 'a!=b'],
    ['a is null is null', 'a', 'is null', ' is null'],
  ])('at the first operator of the list: %s', (text, field, operator, value) => {
    expect(parseCondition(text)).toEqual({ name: field, op: operator, value });
  });

  test.each([
    ['name IS NULL'],
    ['name is  null'],
    ['name NOT NULL'],
    [''],
    ['!'],
    ['name ＝ a'],
  ])('is rejected without an operator: %j', (text) => {
    const listed = operators.map((operator) => operator.replace(/[?]/g, '\\?')).join('\\W+');
    const sentence = `doesn't contain any query operator. Valid query operators are [[`;
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({
        errorCode: 'SYS.1007',
        status: 400,
        message: expect.stringContaining(
          `Invalid query parameter. The '${text}' in the parameter[q] ${sentence}`,
        ),
      }),
    );
    expect(() => parseCondition(text)).toThrow(new RegExp(`\\[\\[${listed}\\]\\]$`));
  });

  test.each([
    '=a',
    ' =a',
    'is null',
    '  not null',
    '==',
  ])('is rejected without a field: %j', (text) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({
        errorCode: 'SYS.1007',
        status: 400,
        message: expect.stringContaining(`'${text}'`),
      }),
    );
  });
});

test('property: the operator is the first of the list that occurs in the text', () => {
  const pieces = fc.constantFrom(...operators, '!', '~', '?', ' ', 'a', 'is', 'not', ' null', '😀');
  const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const first = operators.find((operator) => text.split(operator).length > 1);
      const [before = '', ...after] = first === undefined ? [] : text.split(first);
      if (first === undefined || before.trim() === '') {
        expect(() => parseCondition(text)).toThrow(
          expect.objectContaining({ errorCode: 'SYS.1007' }),
        );
      } else {
        const value = after.join(first);
        expect(parseCondition(text)).toEqual({ name: before.trim(), op: first, value });
      }
    }),
    { numRuns: 2000 },
  );
});
