import fc from 'fast-check';
import { integers, longs, texts, times } from './query-fixtures.ts';
import {
  type OracleKind,
  type OracleRow,
  type OracleType,
  otherFields,
  ownFields,
} from './query-oracle.ts';

/** The source of a condition's value. */
interface ValueSpec {
  /** Of an existing resource, if there is one; else a random one. */
  taken: number | null;
  /** By the type of the field, or of any. */
  made: Record<OracleType, string>;
  change: (text: string) => string;
}

export interface QuerySpec {
  kind: OracleKind;
  conditions: { field: string; operator: string; values: ValueSpec[]; padding: string }[];
  sort: string;
  start: number;
  limit: number;
}

const operators = [
  ...['=', '!=', '>', '>=', '<', '<=', '~=', '!~=', '?=', '!?=', ' is null', ' not null'],
];

const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&');
const changes: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
  ...[
    (text: string) => text,
    (text: string) => text,
    (text: string) => text.toUpperCase(),
    (text: string) => text.toLowerCase(),
    (text: string) => `${text}%`,
    (text: string) => `%${text}`,
    (text: string) => `%${text}%`,
    (text: string) => `%${escaped(text)}%`,
    (text: string) => `%${text.replace(/(.{3})./gsu, '$1_')}%`,
    (text: string) => `%${text.replace(/^../su, '__').replace(/..$/su, '__')}%`,
    (text: string) => `${[...text].slice(1, -1).join('')}%`,
    (text: string) => text.replace(/^.{0,3}/su, '%'),
    (text: string) => `${escaped([...text][0] ?? '')}%`,
    (text: string) => text.replace(/.$/su, '_'),
    (text: string) => text.replace(/^./su, '_'),
    (text: string) => text.replace(/./su, '%'),
    escaped,
    (text: string) => `${escaped(text)}%`,
    (text: string) => `${text}\\`,
    (text: string) => ` ${text} `,
    (text: string) => `+${text}`,
    (text: string) => `${text}.0`,
    (text: string) => `${text},`,
  ],
);

const isoDate = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
const dateTexts = fc.oneof(
  { weight: 3, arbitrary: times.map((time) => isoDate(time)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1970-01-01 00:00:00', '9000-12-31 23:59:59', '2024-02-29 12:00:00'),
  },
);

const notTexts = fc.constantFrom('', '1.5', '1e3', '0x1', 'TRUE', 'maybe', '2025-02-29 00:00:00');
const orWrong = (values: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 10, arbitrary: values }, { weight: 1, arbitrary: fc.oneof(notTexts, texts) });

const valueSpecs: fc.Arbitrary<ValueSpec> = fc.record({
  taken: fc.option(fc.nat({ max: 50 }), { freq: 4 }),
  made: fc.record({
    text: texts,
    integer: orWrong(
      fc.oneof(integers.map(String), fc.constantFrom('+1', ' 2 ', '007', '2147483648')),
    ),
    long: orWrong(fc.oneof(longs.map(String), fc.constantFrom('-0', '9007199254740992'))),
    boolean: orWrong(fc.constantFrom('true', 'false', 'True', 'FALSE')),
    date: orWrong(dateTexts),
  }),
  change: changes,
});

/** Queries of any kind about any field with any operator, some of them not allowed. */
export const querySpecs: fc.Arbitrary<QuerySpec> = fc
  .constantFrom(...(Object.keys(ownFields) as OracleKind[]), 'ModelService' as const)
  .chain((kind) => {
    const own = Object.keys(ownFields[kind]);
    const others = Object.keys(otherFields[kind]);
    const fields = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...own) },
      { weight: 20, arbitrary: fc.constantFrom(...(others.length > 0 ? others : own)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('zoneUuid', 'token', 'capacity', 'Name', '', 'toString'),
      },
    );
    return fc.record({
      kind: fc.constant(kind),
      conditions: fc.array(
        fc.record({
          field: fields,
          operator: fc.constantFrom(...operators),
          values: fc.array(valueSpecs, { minLength: 1, maxLength: 3 }),
          padding: fc.constantFrom('', '', '', ' ', '\t '),
        }),
        { minLength: 1, maxLength: 2, size: 'max' },
      ),
      sort: fc.oneof(
        {
          weight: 20,
          arbitrary: fc
            .tuple(fc.constantFrom('', '+', '-', ' '), fc.constantFrom(...own))
            .map(([sign, field]) => sign + field),
        },
        { weight: 10, arbitrary: fc.constant('') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('modelCenter.name', '--name', 'Name', '__userTag__'),
        },
      ),
      start: fc.constantFrom(0, 0, 1, 2, 5),
      limit: fc.constantFrom(1000, 1000, 1, 2, 3),
    });
  });

/**
 * The conditions as a client writes them.
 * @param rows the resources of the query's kind
 * @param writeDate how dates are written
 */
export function conditionTexts(
  { kind, conditions }: QuerySpec,
  rows: readonly OracleRow[],
  writeDate: (milliseconds: number) => string,
): string[] {
  return conditions.map(({ field, operator, values, padding }) => {
    const type = { ...ownFields[kind], ...otherFields[kind] }[field] ?? 'text';
    const texts = values.map(({ taken, made, change }) => {
      const found = taken === null ? undefined : sampleValue(rows, field, taken);
      if (type !== 'text') return write(found ?? made[type], type, writeDate);
      return change(String(found ?? made.text));
    });
    const value = operator.endsWith('?=') ? texts.join(',') : (texts[0] ?? '');
    return padding + field + (padding && ' ') + operator + (operator.endsWith('null') ? '' : value);
  });
}

function write(
  value: unknown,
  type: OracleType,
  writeDate: (milliseconds: number) => string,
): string {
  return type === 'date' && typeof value === 'number' ? writeDate(value) : String(value);
}

/** A value that a field has somewhere. */
function sampleValue(rows: readonly OracleRow[], field: string, index: number): unknown {
  const values = rows.flatMap((row) => {
    if (field === '__userTag__') return row.userTags ?? [];
    if (field === '__systemTag__') return row.systemTags ?? [];
    const [relation = '', name] = field.split('.');
    const holders = name === undefined ? [row] : [row[relation] ?? []].flat();
    return holders.map((holder) => (holder as Record<string, unknown>)[name ?? relation] ?? []);
  });
  return values.flat()[index % Math.max(values.length, 1)];
}
