import type { TSchema } from '@sinclair/typebox';
import fc from 'fast-check';
import { Refine, Verbatim } from '../../src/contract/schemas/types.ts';
import type { Schema } from './openapi-document.ts';

const architecture = fc.constantFrom('x86_64', 'AARCH64', 'Mips64el', 'loongarch64');
const gpuNumbers = fc.array(fc.nat(), { maxLength: 5 });

/** Well-formed texts without NUL: the only ones a database stores (F16). */
export const storable = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom(...' \t\n\r"\'\\/:#-,[]{}&*!|>%@`a0é😀\u2028\ufeff'),
      ),
      maxLength: Math.min(maxLength, 30),
    })
    .map((text) => text.replaceAll('\0', ' '));

/** Values for the fields whose refinement takes less than their schema can say, by the field's name. */
const refined: Record<string, fc.Arbitrary<unknown>> = {
  resourceUuid: fc.uuid({ version: [1, 2, 3, 4, 5] }).map((uuid) => uuid.replaceAll('-', '')),
  cpuArchitecture: architecture,
  cpuArchitectures: fc.array(architecture, { maxLength: 4 }),
  architectureImages: fc.uniqueArray(
    fc.record(
      {
        cpuArchitecture: architecture,
        dockerImage: storable(20).map((text) => `image ${text}`),
        vmImageUuid: storable(20).map((text) => `uuid ${text}`),
      },
      { requiredKeys: ['cpuArchitecture', 'dockerImage'] },
    ),
    { minLength: 1, selector: ({ cpuArchitecture }) => cpuArchitecture },
  ),
  containerCommand: storable(60),
  containerArgs: storable(60),
  readme: storable(60),
  servicePorts: fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 4 }),
  vendorToSpecUuidsMap: fc.dictionary(
    storable(20).map((text) => `vendor ${text}`),
    fc.array(storable(20), { maxLength: 4 }),
    { maxKeys: 4 },
  ),
  recommendedGpuNum: fc.oneof(
    gpuNumbers,
    gpuNumbers.map((numbers) => numbers.join(' , ')),
    gpuNumbers.map((numbers) => JSON.stringify(numbers)),
  ),
};

/** A text as long as it may be, in characters. */
const longest = (maxLength: number) =>
  fc.constantFrom('x', '😀').map((unit) => unit.repeat(maxLength));

function integerFor({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema) {
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 100) }) },
    { weight: 2, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
  );
}

/** Chooses the values of some schemas in place of `validFor`; undefined for the others. */
export type Special = (schema: Schema, name: string) => fc.Arbitrary<unknown> | undefined;

/** Values that are valid for a schema, and that its refinements take. */
export function validFor(
  schema: TSchema | Schema,
  name = '',
  special: Special = () => undefined,
): fc.Arbitrary<unknown> {
  const each = (inner: unknown, field = '') => validFor(inner as Schema, field, special);
  const { type, maxLength = 60, ...others } = schema as Schema;
  const chosen = special(schema as Schema, name) ?? (others.pattern ? undefined : refined[name]);
  if (chosen) return chosen;
  if (others.anyOf) return fc.oneof(...others.anyOf.map((one) => each(one)));
  switch (type) {
    case 'string':
      if (Refine in schema) throw new Error(`no values are known for the field ${name}`);
      if (others.enum) return fc.constantFrom(...others.enum);
      if (others.pattern) return fc.stringMatching(new RegExp(others.pattern));
      return maxLength > 4096
        ? storable(maxLength)
        : fc.oneof(
            { weight: 12, arbitrary: storable(maxLength) },
            { weight: 1, arbitrary: longest(maxLength) },
          );
    case 'integer':
      return integerFor(others);
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const items = each(others.items);
      if (!others.items?.properties?.uuid) return fc.array(items, { maxLength: 4 });
      return fc.uniqueArray(items as fc.Arbitrary<{ uuid: string }>, {
        maxLength: 4,
        selector: ({ uuid }) => uuid,
      });
    }
    case 'object': {
      const { properties, required = [] } = others;
      if (properties) {
        const members: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
          Object.entries(properties).map(([field, property]) => [field, each(property, field)]),
        );
        const record = fc.record(members, { requiredKeys: required, noNullPrototype: true });
        const mayBeContainer = properties.type?.enum?.includes('Container');
        return mayBeContainer ? record.map(withImage) : record;
      }
      const keys = fc.oneof(storable(12), fc.constantFrom('__proto__', 'constructor', 'toString'));
      return fc
        .array(fc.tuple(keys, each(others.additionalProperties)), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries));
    }
    default:
      throw new Error(`no values are known for ${name} of type ${type}`);
  }
}

/** A deployment that has the image which a container needs (F62). */
function withImage(deployment: { type?: unknown; dockerImage?: unknown }): object {
  if (deployment.type !== 'Container') return deployment;
  return { ...deployment, dockerImage: `image ${deployment.dockerImage ?? ''}`.slice(0, 200) };
}

/** What a valid value is read into: itself, but for the trimming and refining of F46. */
export function readingOf(schema: TSchema, value: unknown, name = ''): unknown {
  if (name === 'recommendedGpuNum') {
    return typeof value === 'string' ? JSON.parse(`[${value.replace(/[[\]]/g, '')}]`) : value;
  }
  if (name === 'cpuArchitecture') return String(value).toLowerCase();
  if (name === 'cpuArchitectures') return (value as string[]).map((each) => each.toLowerCase());
  if (typeof value === 'string') {
    return schema[Verbatim as never] ? value : value.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => readingOf(schema.items, item));
    return schema[Refine as never] ? [...new Set(items)] : items;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([field, member]) => [
        field,
        readingOf(schema.properties?.[field] ?? mapValue(schema), member, field),
      ]),
    );
  }
  return value;
}

function mapValue(schema: TSchema): TSchema {
  if (!schema.additionalProperties) throw new Error('no map');
  return schema.additionalProperties;
}
