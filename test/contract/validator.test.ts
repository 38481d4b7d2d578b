import { type TSchema, Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { messageClass } from '../../src/contract/messages.ts';
import { type OperationName, operations } from '../../src/contract/operations.ts';
import { listOf, mapOf, text } from '../../src/contract/schemas/types.ts';
import { compileRequestValidator } from '../../src/contract/validation/request.ts';
import { compileValidator } from '../../src/contract/validation/validator.ts';
import { readingOf, validFor } from '../support/arbitraries.ts';
import { requiredServiceParams } from '../support/resources.ts';

const names = Object.keys(operations) as OperationName[];
const ajv = new Ajv({ strict: true, allErrors: true });
addFormats.default(ajv);
ajv.addVocabulary(['x-zstack-since']);

function validate(schema: TSchema, value: unknown): { value: unknown; unknownFields: string[] } {
  const context = { message: 'M', unknownFields: [] };
  const validator = compileValidator(schema);
  const coerced = validator.coerce(value, '', context);
  return { value: validator.validate(coerced, '', context), ...context };
}

/** The result of `act`, or the sentence of the SYS.1007 that it throws; other errors are rethrown. */
function outcome<Value>(act: () => Value): { value: Value } | { rejected: string } {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'invalidArgument') {
      return { rejected: error.message };
    }
    throw error;
  }
}

const validatorOf = <Name extends OperationName>(name: Name) => {
  const validate = compileRequestValidator(name, () => {});
  return {
    validateBody(body: unknown) {
      const { query: _, ...others } = validate({ query: {}, body })();
      return others;
    },
    validateQuery: (query: Record<string, unknown>) => validate({ query, body: undefined })().query,
  };
};

const wrapperOf = (name: OperationName) => (operations[name] as { wrapper?: string }).wrapper ?? '';

describe('property: the validator and strict Ajv agree on every operation’s schema', () => {
  for (const part of ['params', 'query'] as const) {
    test.each(names)(`%s ${part}: valid values are accepted and converted as specified`, (name) => {
      const schema: TSchema = operations[name][part];
      const matches = ajv.compile(schema);
      fc.assert(
        fc.property(validFor(schema), (value) => {
          expect(matches(value), ajv.errorsText(matches.errors)).toBe(true);
          const result = validate(schema, value).value;
          expect(result).toEqual(readingOf(schema, value));
          expect(matches(result), ajv.errorsText(matches.errors)).toBe(true);
          expect(validate(schema, result).value).toEqual(result);
        }),
        { numRuns: 60 },
      );
    });

    test.each(names)(`%s ${part}: accepted values are valid after conversion`, (name) => {
      const schema = operations[name][part] as TSchema & { properties: Record<string, TSchema> };
      const matches = ajv.compile(schema);
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
          const result = outcome(() => validate(schema, sent).value);
          if ('rejected' in result) return;
          expect(matches(result.value), ajv.errorsText(matches.errors)).toBe(true);
        }),
        { numRuns: 100 },
      );
    });
  }
});

describe('property: validation throws nothing but SYS.1007', () => {
  const hostile = fc.oneof(
    fc.jsonValue({ maxDepth: 5 }),
    fc.dictionary(
      fc.constantFrom(
        ...names.map(wrapperOf),
        'params',
        'param',
        'systemTags',
        'userTags',
        'uuids',
        'deleteMode',
        'name',
        'yaml',
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'length',
        '',
      ),
      fc.jsonValue({ maxDepth: 4 }),
    ),
  );

  test.each(names)('%s', (name) => {
    const { validateBody, validateQuery } = validatorOf(name);
    fc.assert(
      fc.property(hostile, (body) => {
        outcome(() => validateBody(JSON.parse(JSON.stringify(body))));
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
        outcome(() => validateQuery(query));
      }),
    );
  });
});

describe('a schema with an unsupported keyword or type does not compile', () => {
  test.each<[string, TSchema]>([
    ['a minimum length', Type.String({ minLength: 1 })],
    ['a multiple', Type.Integer({ multipleOf: 2 })],
    ['a keyword of another type', text('', { minimum: 1 })],
    ['closed objects', Type.Object({}, { additionalProperties: false })],
    ['a field’s keyword', Type.Object({ a: Type.Optional(Type.String({ minLength: 1 })) })],
    ['a member’s keyword', Type.Array(Type.Array(Type.String({ minLength: 1 })))],
    ['a map value’s keyword', mapOf('', Type.String({ minLength: 1 }))],
    ['a list’s member', listOf('', text(''), { contains: Type.String() })],
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
])('the JSON number %d is converted to %d', (sent, expected) => {
  const schema = Type.Object({ size: operations.CloneModelService.params.properties.size });
  expect(
    Object.is((validate(schema, { size: sent }).value as { size: number }).size, expected),
  ).toBe(true);
});

test('unknown fields are reported by path, known fields and tags are not', () => {
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
  compileRequestValidator('AddModelService', ({ fields }) => reported.push(...fields))({
    query: {},
    body,
  });
  expect(reported.toSorted()).toEqual(['architectureImages[0].deep', 'inside', 'top']);
});

describe('deletions (F46)', () => {
  const deletion = (name: OperationName, query: Record<string, unknown>, body?: unknown) =>
    outcome(() => compileRequestValidator(name, () => {})({ query, body })().query);

  test.each<[string, Record<string, unknown>, unknown, object]>([
    ['nothing', {}, undefined, {}],
    ['an empty object', {}, {}, {}],
    ['an empty mode', { deleteMode: '' }, undefined, { deleteMode: 'Permissive' }],
    ['an empty mode in the body', {}, { deleteMode: ' ' }, { deleteMode: 'Permissive' }],
    ['the query', { deleteMode: 'Enforcing' }, undefined, { deleteMode: 'Enforcing' }],
    ['the body', {}, { deleteMode: 'Enforcing' }, { deleteMode: 'Enforcing' }],
    ['null in the body', {}, { deleteMode: null }, {}],
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
    ['an unknown value in the query', { deleteMode: 'Force' }, undefined],
    ['a value in lower case', { deleteMode: 'enforcing' }, undefined],
    ['an unknown value in the body', {}, { deleteMode: 'Force' }],
    ['a list in the body', {}, { deleteMode: ['Enforcing'] }],
    ['a string as body', {}, 'Enforcing'],
  ])('rejects %s', (_, query, body) => {
    expect(deletion('DeleteModelCenter', query, body)).toHaveProperty('rejected');
  });

  test('the error of an unknown mode lists the modes', () => {
    expect(deletion('DeleteModel', { deleteMode: 'Force' })).toEqual({
      rejected: `valid value for field[deleteMode] of message[${messageClass('DeleteModel')}] are [Permissive, Enforcing], but Force found`,
    });
  });

  test.each<[string, Record<string, unknown>, unknown, string[]]>([
    ['one', { uuids: 'a' }, undefined, ['a']],
    ['repeated ones', { uuids: ['a', 'b', 'a'] }, undefined, ['a', 'b', 'a']],
    ['numbered ones', { 'uuids.0': 'a', 'uuids.1': 'b' }, undefined, ['a', 'b']],
    [
      'numbered ones in the order of their numbers',
      { 'uuids.10': 'c', 'uuids.9': 'b' },
      undefined,
      ['b', 'c'],
    ],
    ['a list in the body', {}, { uuids: ['a', 'b'] }, ['a', 'b']],
    ['members with spaces, which are not trimmed', {}, { uuids: [' a '] }, [' a ']],
    ['an empty list', {}, { uuids: [] }, []],
  ])('the uuids of %s', (_, query, body, uuids) => {
    expect(deletion('DeleteModels', query, body)).toEqual({ value: { uuids } });
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['nothing', {}, undefined],
    ['null', {}, { uuids: null }],
    ['parameters of similar names', { uuidsx: 'a', 'uuids.x': 'a', 'uuids.': 'a' }, undefined],
  ])('uuids are mandatory: %s', (_, query, body) => {
    expect(deletion('DeleteModels', query, body)).toEqual({
      rejected: `field[uuids] of message[${messageClass('DeleteModels')}] is mandatory, can not be null`,
    });
  });

  test.each<[string, unknown, string]>([
    ['a string', { uuids: 'a' }, '[uuids] field is excepted a list, but was [a].'],
    ['a null in the list', { uuids: [null] }, 'field[uuids] cannot contain a NULL element'],
  ])('rejects %s as uuids in the body', (_, body, rejected) => {
    expect(deletion('DeleteModels', {}, body)).toEqual({ rejected });
  });
});

describe('a list with a maximum length', () => {
  const schema = Type.Object({ list: listOf('', text('', { max: 1 }), { maxItems: 2 }) });

  test('is accepted up to the maximum', () => {
    expect(validate(schema, { list: ['a', 'b'] }).value).toEqual({ list: ['a', 'b'] });
  });

  test('is rejected above it, before its members are validated', () => {
    expect(outcome(() => validate(schema, { list: [null, 'too long', 'c'] }))).toEqual({
      rejected:
        'field[list] of message[M] exceeds max number of members. expected was <= 2, actual was 3',
    });
  });
});

describe('a map with a maximum size', () => {
  const schema = Type.Object({ map: mapOf('', text('', { max: 1 }), { maxProperties: 2 }) });

  test('is accepted up to the maximum, not counting null entries', () => {
    const { value } = validate(schema, { map: { a: 'a', b: null, c: 'c' } });
    expect(value).toEqual({ map: { a: 'a', c: 'c' } });
  });

  test('is rejected above it', () => {
    expect(outcome(() => validate(schema, { map: { a: 'a', b: 'too long', c: 'c' } }))).toEqual({
      rejected:
        'field[map] of message[M] exceeds max number of members. expected was <= 2, actual was 3',
    });
  });
});
