import type { TSchema } from '@sinclair/typebox';
import fc from 'fast-check';
import { Refine, Verbatim } from '../../src/contract/schemas/types.ts';

/** Values for the fields whose refinement takes less than their schema can say, by the field's name. */
const refined: Record<string, fc.Arbitrary<unknown>> = {
  resourceUuid: fc.uuid({ version: [1, 2, 3, 4, 5] }).map((uuid) => uuid.replaceAll('-', '')),
  cpuArchitecture: fc.constantFrom('x86_64', 'AARCH64', 'Mips64el', 'loongarch64'),
  cpuArchitectures: fc.array(fc.constantFrom('X86_64', 'aarch64', 'MIPS64EL'), { maxLength: 4 }),
  recommendedGpuNum: fc.oneof(
    fc.array(fc.nat(), { maxLength: 5 }),
    fc.array(fc.nat(), { maxLength: 5 }).map((numbers) => numbers.join(' , ')),
    fc.array(fc.nat(), { maxLength: 5 }).map((numbers) => JSON.stringify(numbers)),
  ),
};

/** Well-formed texts without NUL: the only ones a database keeps (F16). */
const storable = (maxLength: number) =>
  fc
    .string({ unit: 'binary', maxLength: Math.min(maxLength, 40) })
    .map((text) => text.replaceAll('\0', ' '));

/** A text as long as it may be, in characters. */
const longest = (maxLength: number) =>
  fc.constantFrom('x', '😀').map((unit) => unit.repeat(maxLength));

/** Values that are valid for a schema, and that its refinements take. */
export function validFor(schema: TSchema, name = ''): fc.Arbitrary<unknown> {
  const special = refined[name];
  if (special) return special;
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each: TSchema) => validFor(each)));
  switch (schema.type) {
    case 'string':
      if (schema[Refine as never]) throw new Error(`no values are known for the field ${name}`);
      if (schema.enum) return fc.constantFrom(...schema.enum);
      return schema.maxLength > 4096
        ? storable(schema.maxLength)
        : fc.oneof(
            { weight: 9, arbitrary: storable(schema.maxLength) },
            { weight: 1, arbitrary: longest(schema.maxLength) },
          );
    case 'integer':
      return fc.maxSafeInteger().map((n) => Math.min(Math.max(n, schema.minimum), schema.maximum));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(validFor(schema.items), { maxLength: 4 });
    case 'object':
      return schema.properties
        ? fc.record(
            Object.fromEntries(
              Object.entries<TSchema>(schema.properties).map(([field, property]) => [
                field,
                validFor(property, field),
              ]),
            ),
            { requiredKeys: schema.required ?? [], noNullPrototype: true },
          )
        : fc.dictionary(storable(20), validFor(mapValue(schema)), {
            maxKeys: 4,
            noNullPrototype: true,
          });
    default:
      throw new Error(`no values are known for the type ${schema.type}`);
  }
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
