import { type TSchema, Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { type OperationName, operations } from '../../src/contract/operations.ts';
import { listOf, mapOf, text } from '../../src/contract/schemas/types.ts';
import { compileRequestValidator } from '../../src/contract/validation/request.ts';
import { compileValidator, messageClass } from '../../src/contract/validation/validator.ts';
import { readingOf, validFor } from '../support/arbitraries.ts';
import { requiredServiceParams } from '../support/resources.ts';

const names = Object.keys(operations) as OperationName[];
const ajv = new Ajv({ strict: true, allErrors: true });
addFormats.default(ajv);
ajv.addVocabulary(['x-zstack-since']);

function read(schema: TSchema, value: unknown): { value: unknown; unknownFields: string[] } {
  const reading = { message: 'M', unknownFields: [] };
  const reader = compileValidator(schema);
  const converted = reader.coerce(value, '', reading);
  return { value: reader.validate(converted, '', reading), ...reading };
}

/** What `act` returns, or the sentence of the SYS.1007 it throws; anything else thrown goes on. */
function outcome<Value>(act: () => Value): { value: Value } | { refused: string } {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof ApiError && error.failure === 'invalidArgument') {
      return { refused: error.message };
    }
    throw error;
  }
}

const reader = <Name extends OperationName>(name: Name) => {
  const read = compileRequestValidator(name, () => {});
  return {
    readBody(body: unknown) {
      const { query: _, ...others } = read({ path: () => '', query: {}, body })();
      return others;
    },
    readQuery: (query: Record<string, unknown>) =>
      read({ path: () => '', query, body: undefined })().query,
  };
};

const wrapperOf = (name: OperationName) => (operations[name] as { wrapper?: string }).wrapper ?? '';

describe('property: the reader and strict Ajv agree on every operation’s schema', () => {
  for (const part of ['params', 'query'] as const) {
    test.each(names)(`%s ${part}: what is valid is accepted, and read as meant`, (name) => {
      const schema: TSchema = operations[name][part];
      const validate = ajv.compile(schema);
      fc.assert(
        fc.property(validFor(schema), (value) => {
          expect(validate(value), ajv.errorsText(validate.errors)).toBe(true);
          const result = read(schema, value).value;
          expect(result).toEqual(readingOf(schema, value));
          expect(validate(result), ajv.errorsText(validate.errors)).toBe(true);
          expect(read(schema, result).value).toEqual(result);
        }),
        { numRuns: 60 },
      );
    });

    test.each(names)(`%s ${part}: what is accepted is valid after the reading`, (name) => {
      const schema = operations[name][part] as TSchema & { properties: Record<string, TSchema> };
      const validate = ajv.compile(schema);
      const sloppy = fc.oneof(
        fc.integer().map(String),
        fc.constantFrom(' +7 ', 'TRUE', 'False', '', '1,2', null, -0, 1.5, 2 ** 31, 2 ** 53),
        fc.jsonValue({ maxDepth: 3 }),
      );
      const value = fc.record(
        Object.fromEntries(
          Object.entries(schema.properties).map(([field, property]) => [
            field,
            fc.oneof({ weight: 15, arbitrary: validFor(property, field) }, sloppy),
          ]),
        ),
        { requiredKeys: [], noNullPrototype: true },
      );
      fc.assert(
        fc.property(value, (sent) => {
          const result = outcome(() => read(schema, sent).value);
          if ('refused' in result) return;
          expect(validate(result.value), ajv.errorsText(validate.errors)).toBe(true);
        }),
        { numRuns: 100 },
      );
    });
  }
});

describe('property: no JSON makes reading throw anything but SYS.1007', () => {
  const hostile = fc.oneof(
    fc.jsonValue({ maxDepth: 5 }),
    fc.dictionary(
      fc.constantFrom(
        ...names.map(wrapperOf),
        ...['params', 'param', 'systemTags', 'userTags', 'uuids', 'deleteMode', 'name', 'yaml'],
        ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', ''],
      ),
      fc.jsonValue({ maxDepth: 4 }),
    ),
  );

  test.each(names)('%s', (name) => {
    const { readBody, readQuery } = reader(name);
    fc.assert(
      fc.property(hostile, (body) => {
        outcome(() => readBody(JSON.parse(JSON.stringify(body))));
      }),
    );
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'limit',
        'count',
        'q',
        'deleteMode',
        'uuids',
        'uuids.0',
        'uuids.999999999999',
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(word, fc.oneof(word, fc.array(word))), (query) => {
        outcome(() => readQuery(query));
      }),
    );
  });
});

describe('compiling refuses what would go unchecked', () => {
  test.each<[string, TSchema]>([
    ['a pattern', Type.String({ pattern: '^a' })],
    ['a least length', Type.String({ minLength: 1 })],
    ['a multiple', Type.Integer({ multipleOf: 2 })],
    ['closed objects', Type.Object({}, { additionalProperties: false })],
    ['a field’s keyword', Type.Object({ a: Type.Optional(Type.String({ pattern: 'x' })) })],
    ['a member’s keyword', Type.Array(Type.Array(Type.String({ minLength: 1 })))],
    ['a map value’s keyword', mapOf('', Type.String({ minLength: 1 }))],
    ['a list’s least length', listOf('', text(''), { minItems: 1 })],
    ['a list of different members', listOf('', text(''), { uniqueItems: true })],
    ['an alternative’s keyword', Type.Union([Type.String({ minLength: 1 }), Type.Array(text(''))])],
    ['the type number', Type.Number()],
    ['the type null', Type.Null()],
    ['a schema without type', Type.Unknown()],
    ['a reference', Type.Ref('Other')],
  ])('%s', (_, schema) => {
    expect(() => compileValidator(schema)).toThrow(/^unsupported (keyword|type) '/);
  });
});

test.each([
  [-0, 0],
  [1e3, 1000],
])('the JSON number %d is read as %d', (sent, expected) => {
  const schema = Type.Object({ size: operations.CloneModelService.params.properties.size });
  expect(Object.is((read(schema, { size: sent }).value as { size: number }).size, expected)).toBe(
    true,
  );
});

test('unknown fields are reported with their place, known ones and tags are not', () => {
  const reported: string[] = [];
  const body = {
    top: 1,
    systemTags: [],
    param: {
      ...requiredServiceParams,
      inside: 1,
      userTags: [],
      architectureImages: [{ cpuArchitecture: 'x86_64', deep: 1 }],
      vendorToSpecUuidsMap: { anything: [] },
    },
  };
  compileRequestValidator('AddModelService', (fields) => reported.push(...fields))({
    path: () => '',
    query: {},
    body,
  });
  expect(reported.toSorted()).toEqual(['architectureImages[0].deep', 'inside', 'top']);
});

describe('deletions (F46)', () => {
  const deletion = (name: OperationName, query: Record<string, unknown>, body?: unknown) =>
    outcome(() => compileRequestValidator(name, () => {})({ path: () => '', query, body })().query);

  test.each<[string, Record<string, unknown>, unknown, object]>([
    ['nothing', {}, undefined, {}],
    ['an empty object', {}, {}, {}],
    ['an empty mode', { deleteMode: '' }, undefined, { deleteMode: 'Permissive' }],
    ['an empty mode in the body', {}, { deleteMode: ' ' }, { deleteMode: 'Permissive' }],
    ['the query', { deleteMode: 'Enforcing' }, undefined, { deleteMode: 'Enforcing' }],
    ['the body', {}, { deleteMode: 'Enforcing' }, { deleteMode: 'Enforcing' }],
    ['a null in the body', {}, { deleteMode: null }, {}],
    [
      'the query before the body',
      { deleteMode: 'Permissive' },
      { deleteMode: 'Enforcing' },
      { deleteMode: 'Permissive' },
    ],
    [
      'the first of several',
      { deleteMode: ['Permissive', 'Enforcing'] },
      undefined,
      { deleteMode: 'Permissive' },
    ],
  ])('the mode of %s', (_, query, body, read) => {
    for (const name of ['DeleteModelService', 'DeleteModel', 'DeleteModelCenter'] as const) {
      expect(deletion(name, query, body)).toEqual({ value: read });
    }
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['another word in the query', { deleteMode: 'Force' }, undefined],
    ['another case', { deleteMode: 'enforcing' }, undefined],
    ['another word in the body', {}, { deleteMode: 'Force' }],
    ['a list in the body', {}, { deleteMode: ['Enforcing'] }],
    ['a body that is a text', {}, 'Enforcing'],
  ])('no mode of %s', (_, query, body) => {
    expect(deletion('DeleteModelCenter', query, body)).toHaveProperty('refused');
  });

  test('a mode that is none is refused with the modes there are', () => {
    expect(deletion('DeleteModel', { deleteMode: 'Force' })).toEqual({
      refused: `valid value for field[deleteMode] of message[${messageClass('DeleteModel')}] are [Permissive, Enforcing], but Force found`,
    });
  });

  test.each<[string, Record<string, unknown>, unknown, string[]]>([
    ['one', { uuids: 'a' }, undefined, ['a']],
    ['repeated ones', { uuids: ['a', 'b', 'a'] }, undefined, ['a', 'b', 'a']],
    ['numbered ones', { 'uuids.0': 'a', 'uuids.1': 'b' }, undefined, ['a', 'b']],
    ['numbered ones by their numbers', { 'uuids.10': 'c', 'uuids.9': 'b' }, undefined, ['b', 'c']],
    ['a list in the body', {}, { uuids: ['a', 'b'] }, ['a', 'b']],
    ['members in spaces, untouched', {}, { uuids: [' a '] }, [' a ']],
    ['an empty list', {}, { uuids: [] }, []],
  ])('the uuids of %s', (_, query, body, uuids) => {
    expect(deletion('DeleteModels', query, body)).toEqual({ value: { uuids } });
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['nothing', {}, undefined],
    ['null', {}, { uuids: null }],
    ['a name that only begins so', { uuidsx: 'a', 'uuids.x': 'a', 'uuids.': 'a' }, undefined],
  ])('the missing uuids of %s', (_, query, body) => {
    expect(deletion('DeleteModels', query, body)).toEqual({
      refused: `field[uuids] of message[${messageClass('DeleteModels')}] is mandatory, can not be null`,
    });
  });

  test.each<[string, unknown, string]>([
    ['a text', { uuids: 'a' }, '[uuids] field is excepted a list, but was [a].'],
    ['a null in the list', { uuids: [null] }, 'field[uuids] cannot contain a NULL element'],
  ])('no uuids of %s in the body', (_, body, refused) => {
    expect(deletion('DeleteModels', {}, body)).toEqual({ refused });
  });
});

describe('a list of bounded length', () => {
  const schema = Type.Object({ list: listOf('', text('', { max: 1 }), { maxItems: 2 }) });

  test('is taken up to its bound', () => {
    expect(read(schema, { list: ['a', 'b'] }).value).toEqual({ list: ['a', 'b'] });
  });

  test('is refused beyond it, before its members are looked at', () => {
    expect(outcome(() => read(schema, { list: [null, 'too long', 'c'] }))).toEqual({
      refused:
        'field[list] of message[M] exceeds max number of members. expected was <= 2, actual was 3',
    });
  });
});

describe('a map of bounded size', () => {
  const schema = Type.Object({ map: mapOf('', text('', { max: 1 }), { maxProperties: 2 }) });

  test('is taken up to its bound, entries of null not counted', () => {
    const { value } = read(schema, { map: { a: 'a', b: null, c: 'c' } });
    expect(value).toEqual({ map: { a: 'a', c: 'c' } });
  });

  test('is refused beyond it', () => {
    expect(outcome(() => read(schema, { map: { a: 'a', b: 'too long', c: 'c' } }))).toEqual({
      refused:
        'field[map] of message[M] exceeds max number of members. expected was <= 2, actual was 3',
    });
  });
});

describe('queries (F57)', () => {
  const query = (sent: Record<string, unknown>) =>
    outcome(() => reader('QueryModel').readQuery(sent));

  test.each([
    [{}, {}],
    [
      { limit: '5', start: '0', count: 'true', replyWithCount: 'FALSE' },
      { limit: 5, start: 0, count: true, replyWithCount: false },
    ],
    [{ limit: ['1', '2'] }, { limit: 1 }],
    [{ limit: '+7' }, { limit: 7 }],
    [{ anything: 'y', __proto__x: 'z' }, {}],
  ])('%j', (sent, read) => {
    expect(query(sent)).toEqual({ value: read });
  });

  test.each([
    [{ limit: 'x' }, "Invalid query parameter. 'limit' must be an integer"],
    [{ limit: '' }, "Invalid query parameter. 'limit' must be an integer"],
    [{ start: '1.5' }, "Invalid query parameter. 'start' must be an integer"],
    [{ limit: '-1' }, 'field[limit] must be in range of [0, 2147483647]'],
    [{ start: '-1' }, 'field[start] must be in range of [0, 2147483647]'],
    [{ limit: '2147483648' }, '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647'],
    [
      { count: 'yes' },
      'Invalid value for boolean field [count], [yes] is not a valid boolean string[true, false].',
    ],
  ])('%j is refused', (sent, sentence) => {
    expect(query(sent)).toEqual({ refused: sentence });
  });
});
