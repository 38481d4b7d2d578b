import { type TUnsafe, Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { trim } from '../validation/validator.ts';
import { boundedList, INTEGER_MAX, integer, listOf, Refine, text, typedAs } from './types.ts';

/**
 * Numbers of GPUs as sent (F25): comma-separated, a JSON array in a string, or a JSON array.
 * Read into a list of integers; the empty text is the empty list.
 */
export function gpuNumbersInput(description: string): TUnsafe<number[]> {
  return typedAs<number[]>(
    Type.Union(
      [
        text('Comma-separated, or a JSON array.', { max: 255 }),
        listOf('A JSON array.', integer('A number of GPUs.', { min: 0 }), boundedList),
      ],
      {
        description,
        examples: ['1,2,4'],
        [Refine]: (value: string | number[], field: string) =>
          typeof value === 'string' ? parseGpuNumbers(value, field) : value,
      },
    ),
  );
}

function parseGpuNumbers(value: string, field: string): number[] {
  const bracketed = /^\s*\[(.*)\]\s*$/s.exec(value);
  const listed = bracketed?.[1] ?? value;
  if (trim(listed) === '') return [];
  return listed.split(',').map((member) => {
    const digits = trim(member);
    if (/^\d+$/.test(digits) && Number(digits) <= INTEGER_MAX) return Number(digits);
    throw invalidArgument(
      `field[${field}] must be a list of integers from 0 to ${INTEGER_MAX} such as 1,2,4 or [1,2,4], ` +
        `but [${value}] found`,
    );
  });
}
