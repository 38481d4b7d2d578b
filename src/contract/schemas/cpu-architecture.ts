import { invalidEnumValue } from '../validation/validator.ts';
import { oneOf, Refine, verbatim } from './types.ts';

const architectures = ['x86_64', 'aarch64', 'mips64el', 'loongarch64'] as const;

/** As sent: in any case (F12). */
export const cpuArchitectureInput = verbatim(
  `CPU architecture: one of ${architectures.join(', ')}, in any case.`,
  {
    examples: ['X86_64'],
    [Refine]: (value: string, field: string, message: string) => {
      const lowerCased = value.toLowerCase();
      if ((architectures as readonly string[]).includes(lowerCased)) return lowerCased;
      throw invalidEnumValue(architectures, value, field, message);
    },
  },
);

/** As answered: in lower case. */
export const cpuArchitecture = oneOf('CPU architecture.', architectures);
