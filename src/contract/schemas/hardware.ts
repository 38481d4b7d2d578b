import { Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { invalidEnumValue, trim } from '../validation/scalars.ts';
import {
  boundedList,
  INTEGER_MAX,
  integer,
  listOf,
  oneOf,
  Refine,
  text,
  verbatim,
} from './types.ts';

const architectures = ['x86_64', 'aarch64', 'mips64el', 'loongarch64'] as const;

/** A CPU architecture in a request: in any case, converted to lower case (F12). */
export const cpuArchitectureInput = Type.Unsafe<(typeof architectures)[number]>(
  verbatim(`CPU architecture: one of ${architectures.join(', ')}; case-insensitive.`, {
    examples: ['X86_64'],
    [Refine]: (value: string, field: string, message: string) => {
      const lowerCased = value.toLowerCase();
      if ((architectures as readonly string[]).includes(lowerCased)) return lowerCased;
      throw invalidEnumValue(architectures, value, field, message);
    },
  }),
);

/** A CPU architecture in an answer. */
export const cpuArchitecture = oneOf('CPU architecture.', architectures, {
  $id: 'CpuArchitecture',
});

/**
 * Numbers of GPUs in a request: comma-separated, a JSON array in a string, or a JSON array; converted
 * to a list of integers. An empty text is an empty list (F25). The OpenAPI document has the first, the platform's type.
 */
export const gpuNumbersInput = Type.Unsafe<number[]>(
  Type.Union(
    [
      text('Separated by commas, or a JSON array.', { max: 255 }),
      listOf('A JSON array.', integer('A number of GPUs.', { min: 0 }), boundedList),
    ],
    {
      description:
        'Recommended numbers of GPUs, separated by commas; a JSON array is accepted too.',
      examples: ['1,2,4'],
      [Refine]: (value: string | number[], field: string) =>
        typeof value === 'string' ? parseGpuNumbers(value, field) : value,
    },
  ),
);

function parseGpuNumbers(value: string, field: string): number[] {
  const [, list = value] = /^\s*\[(.*)\]\s*$/s.exec(value) ?? [];
  if (trim(list) === '') return [];
  return list.split(',').map((member) => {
    const digits = trim(member);
    if (/^\d+$/.test(digits) && Number(digits) <= INTEGER_MAX) return Number(digits);
    throw invalidArgument(
      `field[${field}] must be a list of integers from 0 to ${INTEGER_MAX} such as 1,2,4 or [1,2,4], ` +
        `but [${value}] found`,
    );
  });
}
