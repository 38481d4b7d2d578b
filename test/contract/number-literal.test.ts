import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumberLiteral } from '../../src/contract/validation/json.ts';
import { cpuMilliseconds } from '../support/cpu-time.ts';

const exact = (text: string) => new NumberLiteral(text).exact;

describe('a literal is exact', () => {
  test.each([
    ['0', 0],
    ['-0.000', -0],
    ['1.0', 1],
    ['1.50', 1.5],
    ['100e-2', 1],
    ['0.1', 0.1],
    ['1e21', 1e21],
    ['9007199254740992', 2 ** 53],
    ['1.7976931348623157e308', Number.MAX_VALUE],
  ])('%s', (text, value) => {
    expect(exact(text)).toBe(value);
  });

  test('property: for every number as it is printed, in any notation', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // Zero loses its sign when printed.
        expect(exact(String(value))).toBe(value + 0);
        expect(exact(value.toExponential())).toBe(value + 0);
      }),
    );
  });
});

describe('a literal is not exact', () => {
  test.each([
    '9007199254740993',
    '9007199254740990.6',
    '1.00000000000000000000001',
    '0.12345678901234567890123',
    '1e400',
    '1e-400',
  ])('%s', (text) => {
    expect(exact(text)).toBeUndefined();
  });
});

test.each([
  ['zeros inside a fraction', `1.${'0'.repeat(1_000_000)}1`],
  ['zeros inside and digits behind', `1.${'0'.repeat(1_000_000)}${'1'.repeat(1_000_000)}`],
  ['digits', '1'.repeat(2_000_000)],
  ['zeros', `0.${'0'.repeat(2_000_000)}`],
])('millions of %s take bounded time', (_, text) => {
  expect(cpuMilliseconds(() => exact(text))).toBeLessThan(1000);
});
