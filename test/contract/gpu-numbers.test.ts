import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { gpuNumbersInput } from '../../src/contract/schemas/gpu-numbers.ts';
import { compileValidator } from '../../src/contract/validation/validator.ts';

const reader = compileValidator(gpuNumbersInput('Numbers of GPUs.'));

function read(value: unknown): unknown {
  const reading = { message: 'M', unknownFields: [] };
  return reader.validate(reader.coerce(value, 'gpus', reading), 'gpus', reading);
}

describe('accepts (F25)', () => {
  test.each([
    ['1,2,4', [1, 2, 4]],
    [' 1 , 2\t,\n4 ', [1, 2, 4]],
    ['8', [8]],
    ['0', [0]],
    ['', []],
    ['   ', []],
    ['[1,2,4]', [1, 2, 4]],
    [' [ 1 , 2 ] ', [1, 2]],
    ['[]', []],
    ['[ ]', []],
    ['2147483647', [2_147_483_647]],
    [
      [1, 2, 4],
      [1, 2, 4],
    ],
    [[], []],
    [
      ['1', ' 2 '],
      [1, 2],
    ],
    [4, [4]],
  ])('%j', (sent, numbers) => {
    expect(read(sent)).toEqual(numbers);
  });

  test('property: every list of integers in each of its three forms', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 2_147_483_647 }), { maxLength: 20 });
    fc.assert(
      fc.property(numbers, (list) => {
        expect(read(list)).toEqual(list);
        expect(read(list.join(','))).toEqual(list);
        expect(read(JSON.stringify(list))).toEqual(list);
      }),
    );
  });
});

describe('refuses', () => {
  test.each([
    '1,,2',
    ',',
    '1,',
    '-1',
    '1.5',
    'a',
    '1 2',
    '[1',
    '1]',
    '[[1]]',
    '["1"]',
    '[null]',
    'null',
    '1e3',
    '0x1',
    '2147483648',
    [[-1]],
    [[1.5]],
    [[2_147_483_648]],
    [[null]],
    [['x']],
    [[[1]]],
    [[true]],
    true,
    1.5,
    -1,
    [{}],
    '1,'.repeat(200),
  ])('%j', (sent) => {
    const value = Array.isArray(sent) ? sent[0] : sent;
    expect(() => read(value)).toThrow(
      expect.objectContaining({ name: 'ApiError', failure: 'invalidArgument' }),
    );
    expect(() => read(value)).toThrow(ApiError);
  });
});
