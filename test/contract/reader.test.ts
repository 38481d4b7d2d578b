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
import { parametersOf } from '../support/contract-parameters.ts';
import {
  requiredCenterParams,
  requiredModelParams,
  requiredServiceParams,
} from '../support/resources.ts';

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
function outcome<Value>(act: () => Value): { value: Value } | { rejected: string } {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof ApiError && error.failure === 'invalidArgument') {
      return { rejected: error.message };
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

describe('every operation takes the parameters of F46, in its order', () => {
  test.each(names)('%s', (name) => {
    const { required, optional } = parametersOf(name);
    expect(Object.keys(operations[name].params.properties)).toEqual([...required, ...optional]);
    expect((operations[name].params as TSchema).required ?? []).toEqual(required);
  });
});

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
          if ('rejected' in result) return;
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
    expect(() => compileValidator(schema)).toThrow(/^the reader (checks|knows) no /);
  });
});

describe('leniency (F9)', () => {
  const service = (params: object) =>
    outcome(
      () =>
        reader('AddModelService').readBody({ param: { ...requiredServiceParams, ...params } })
          .params,
    );

  test.each<[string, unknown, unknown]>([
    ['requestCpu', '4', 4],
    ['requestCpu', ' +4\t', 4],
    ['requestCpu', '-0', 0],
    ['requestCpu', -0, 0],
    ['requestCpu', '0004', 4],
    ['requestCpu', 1e3, 1000],
    ['requestCpu', 2_147_483_647, 2_147_483_647],
    ['requestMemory', '9007199254740991', 9_007_199_254_740_991],
    ['system', 'true', true],
    ['system', 'TRUE', true],
    ['system', 'False', false],
    ['name', 5, '5'],
    ['name', -1.5, '-1.5'],
    ['name', true, 'true'],
    ['name', '', ''],
    ['name', ' \n a b\t', 'a b'],
    ['name', '\u00a0a\u00a0', '\u00a0a\u00a0'],
    ['type', ' App ', 'App'],
    ['yaml', ' a\n', ' a\n'],
    ['description', null, undefined],
    ['tagUuids', [1, ' a ', false], ['1', ' a ', 'false']],
    ['vendorToSpecUuidsMap', { NVIDIA: ['a', 'a', 'b'], AMD: null }, { NVIDIA: ['a', 'b'] }],
    ['framework', 'anything at all', 'anything at all'],
    ['architectureImages', [{ cpuArchitecture: 'X86_64' }], [{ cpuArchitecture: 'x86_64' }]],
  ])('%s %j', (field, sent, expected) => {
    const result = service({ [field]: sent });
    expect('value' in result && Object.entries(result.value)).toEqual(
      expect.arrayContaining(expected === undefined ? [] : [[field, expected]]),
    );
    if (expected === undefined) expect(result).not.toHaveProperty(['value', field]);
  });

  test.each<[OperationName, string]>([
    ['AddModelService', 'yaml'],
    ['AddModel', 'parameters'],
    ['AddModel', 'introduction'],
    ['AddModel', 'logo'],
    ['CloneModelService', 'readme'],
    ['CloneModelService', 'yaml'],
    ['UpdateModelService', 'yaml'],
    ['UpdateModel', 'parameters'],
    ['AddModelCenter', 'parameters'],
    ['UpdateModelCenter', 'parameters'],
    ['CreateUserTag', 'tag'],
    ['CreateSystemTag', 'tag'],
    ['UpdateSystemTag', 'tag'],
  ])('%s keeps the spaces around %s', (name, field) => {
    const properties = operations[name].params.properties as Record<string, TSchema>;
    const schema = Type.Object({ [field]: properties[field] as TSchema });
    expect(read(schema, { [field]: ' \t a \n' }).value).toEqual({ [field]: ' \t a \n' });
  });
});

describe('sentences (F53, F54)', () => {
  const add = messageClass('AddModelService');
  const addModel = messageClass('AddModel');
  const update = messageClass('UpdateModelService');
  const updateModel = messageClass('UpdateModel');
  const addCenter = messageClass('AddModelCenter');
  const updateCenter = messageClass('UpdateModelCenter');
  const tooLong = (field: string, message: string, max: number) =>
    `field[${field}] of message[${message}] exceeds max length of string. expected was <= ${max}, actual was ${max + 1}`;

  const expectedError = (name: OperationName, params: object) => {
    const required = {
      AddModelService: requiredServiceParams,
      AddModel: requiredModelParams,
      AddModelCenter: requiredCenterParams,
    };
    const sent = { ...required[name as keyof typeof required], ...params };
    return outcome(() => reader(name).readBody({ [wrapperOf(name)]: sent }));
  };

  test.each<[OperationName, object, string]>([
    [
      'AddModelService',
      { name: null },
      `field[name] of message[org.zstack.ai.message.APIAddModelServiceMsg] is mandatory, can not be null`,
    ],
    [
      'AddModelService',
      { startCommand: null },
      `field[startCommand] of message[${add}] is mandatory, can not be null`,
    ],
    [
      'AddModel',
      { modelCenterUuid: null },
      `field[modelCenterUuid] of message[${addModel}] is mandatory, can not be null`,
    ],
    ['AddModelService', { name: 'x'.repeat(256) }, tooLong('name', add, 255)],
    ['AddModelService', { name: '😀'.repeat(256) }, tooLong('name', add, 255)],
    ['AddModelService', { description: 'x'.repeat(2049) }, tooLong('description', add, 2048)],
    ['AddModelService', { installPath: 'x'.repeat(513) }, tooLong('installPath', add, 512)],
    ['AddModelService', { startCommand: 'x'.repeat(1025) }, tooLong('startCommand', add, 1024)],
    [
      'AddModelService',
      { gpuComputeCapability: 'x'.repeat(33) },
      tooLong('gpuComputeCapability', add, 32),
    ],
    ['AddModelService', { pythonVersion: 'x'.repeat(33) }, tooLong('pythonVersion', add, 32)],
    ['AddModelService', { condaVersion: 'x'.repeat(33) }, tooLong('condaVersion', add, 32)],
    ['AddModelService', { framework: 'x'.repeat(256) }, tooLong('framework', add, 255)],
    ['AddModelService', { containerArgs: 'x'.repeat(4097) }, tooLong('containerArgs', add, 4096)],
    ['AddModelService', { zoneUuid: 'x'.repeat(256) }, tooLong('zoneUuid', add, 255)],
    ['AddModelService', { yaml: 'x'.repeat(16_777_216) }, tooLong('yaml', add, 16_777_215)],
    [
      'UpdateModelService',
      { serviceLivez: 'x'.repeat(4097) },
      tooLong('serviceLivez', update, 4096),
    ],
    ['AddModel', { installPath: 'x'.repeat(2049) }, tooLong('installPath', addModel, 2048)],
    [
      'AddModel',
      { gpuConstraintDescription: 'x'.repeat(513) },
      tooLong('gpuConstraintDescription', addModel, 512),
    ],
    ['AddModel', { modelId: 'x'.repeat(256) }, tooLong('modelId', addModel, 255)],
    ['AddModelCenter', { name: 'x'.repeat(129) }, tooLong('name', addCenter, 128)],
    ['AddModelCenter', { url: 'x'.repeat(2049) }, tooLong('url', addCenter, 2048)],
    ['AddModelCenter', { parameters: 'x'.repeat(129) }, tooLong('parameters', addCenter, 128)],
    ['AddModelCenter', { zoneUuid: 'x'.repeat(33) }, tooLong('zoneUuid', addCenter, 32)],
    ['UpdateModelCenter', { url: 'x'.repeat(256) }, tooLong('url', updateCenter, 255)],
    ['UpdateModel', { installPath: 'x'.repeat(256) }, tooLong('installPath', updateModel, 255)],
    ['UpdateModel', { description: 'x'.repeat(256) }, tooLong('description', updateModel, 255)],
    ...['AddModelCenter' as const, 'UpdateModelCenter' as const].flatMap((name) =>
      [0, 65_536].map((managementPort): [OperationName, object, string] => [
        name,
        { managementPort },
        'field[managementPort] must be in range of [1, 65535]',
      ]),
    ),
    ...[59, 31_536_001].map((duration): [OperationName, object, string] => [
      'RenewSession',
      { duration },
      'field[duration] must be in range of [60, 31536000]',
    ]),
    [
      'CreateUserTag',
      { resourceType: 'modelVO' },
      `valid value for field[resourceType] of message[${messageClass('CreateUserTag')}] are [ModelServiceVO, ModelVO, ModelCenterVO], but modelVO found`,
    ],
    [
      'AddModelService',
      { type: 'endpoint' },
      `valid value for field[type] of message[${add}] are [Endpoint, FineTune, ModelEval, App], but endpoint found`,
    ],
    [
      'AddModelService',
      { type: '' },
      `valid value for field[type] of message[${add}] are [Endpoint, FineTune, ModelEval, App], but  found`,
    ],
    [
      'UpdateModelService',
      { type: 'x' },
      `valid value for field[type] of message[${update}] are [Endpoint, FineTune, App, ModelEval], but x found`,
    ],
    [
      'AddModelService',
      { source: 'bentoml' },
      `valid value for field[source] of message[${add}] are [Other, Bentoml, HuggingFace], but bentoml found`,
    ],
    [
      'AddModel',
      { shareMode: 'Private' },
      `valid value for field[shareMode] of message[${addModel}] are [Public], but Private found`,
    ],
    ['AddModelService', { tagUuids: ['a', null] }, 'field[tagUuids] cannot contain a NULL element'],
    [
      'AddModelService',
      { architectureImages: [null] },
      'field[architectureImages] cannot contain a NULL element',
    ],
    [
      'AddModelService',
      { requestCpu: -1 },
      'field[requestCpu] must be in range of [0, 2147483647]',
    ],
    [
      'AddModelService',
      { requestMemory: -1 },
      'field[requestMemory] must be in range of [0, 9007199254740991]',
    ],
    [
      'AddModelService',
      { requestMemory: '9007199254740992' },
      'field[requestMemory] must be in range of [0, 9007199254740991]',
    ],
    [
      'AddModelService',
      { requestMemory: 2 ** 60 },
      'field[requestMemory] must be in range of [0, 9007199254740991]',
    ],
    ['AddModel', { size: -1 }, 'field[size] must be in range of [0, 9007199254740991]'],
    [
      'UpdateModelService',
      { servicePorts: [80, 0] },
      expect.stringMatching(/^field\[servicePorts.*\] must be in range of \[1, 65535\]$/),
    ],
    [
      'UpdateModelService',
      { servicePorts: [65_536] },
      expect.stringMatching(/must be in range of \[1, 65535\]$/),
    ],
    [
      'UpdateModelService',
      { serviceBootupTime: -1 },
      'field[serviceBootupTime] must be in range of [0, 2147483647]',
    ],
    [
      'AddModelService',
      { requestCpu: 2_147_483_648 },
      '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647',
    ],
    [
      'AddModelService',
      { requestCpu: '2147483648' },
      '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647',
    ],
    [
      'AddModelService',
      { requestCpu: 1.5 },
      '[requestCpu] field is excepted an int or long, but was [1.5].',
    ],
    [
      'AddModelService',
      { requestCpu: true },
      '[requestCpu] field is excepted an int or long, but was [true].',
    ],
    [
      'AddModelService',
      { requestCpu: 'four' },
      '[requestCpu] field is excepted an int or long, but was [four].',
    ],
    [
      'AddModelService',
      { requestCpu: '' },
      '[requestCpu] field is excepted an int or long, but was [].',
    ],
    [
      'AddModelService',
      { requestCpu: '1e3' },
      '[requestCpu] field is excepted an int or long, but was [1e3].',
    ],
    [
      'AddModelService',
      { requestCpu: '0x1' },
      '[requestCpu] field is excepted an int or long, but was [0x1].',
    ],
    [
      'AddModelService',
      { requestCpu: [1] },
      '[requestCpu] field is excepted an int or long, but was [[1]].',
    ],
    [
      'AddModelService',
      { system: 'yes' },
      'Invalid value for boolean field [system], [yes] is not a valid boolean string[true, false].',
    ],
    [
      'AddModelService',
      { system: 1 },
      'Invalid value for boolean field [system], [1] is not a valid boolean string[true, false].',
    ],
    [
      'AddModelService',
      { name: {} },
      expect.stringMatching(/^\[name\] field is excepted .*, but was \[\{\}\]\.$/),
    ],
    [
      'AddModelService',
      { name: ['a'] },
      expect.stringMatching(/^\[name\] field is excepted .*, but was \[\["a"\]\]\.$/),
    ],
    [
      'AddModelService',
      { tagUuids: 'a' },
      expect.stringMatching(/^\[tagUuids\] field is excepted .*, but was \[a\]\.$/),
    ],
    [
      'AddModelService',
      { vendorToSpecUuidsMap: [] },
      expect.stringMatching(/^\[vendorToSpecUuidsMap\] field is excepted .*, but was \[\[\]\]\.$/),
    ],
    ['AddModelService', { name: 2 ** 53 }, expect.stringContaining('[name]')],
    ['AddModelService', { name: 1e300 }, expect.stringContaining('[name]')],
    ['AddModelService', { name: 'a\0b' }, expect.stringContaining('field[name]')],
    ['AddModelService', { yaml: '\ud800' }, expect.stringContaining('field[yaml]')],
    ['AddModelService', { tagUuids: ['\udc00'] }, expect.stringContaining('tagUuids')],
    [
      'AddModelService',
      { vendorToSpecUuidsMap: { '\0': [] } },
      expect.stringContaining('vendorToSpecUuidsMap'),
    ],
    [
      'AddModelService',
      { resourceUuid: 'X' },
      "resourceUuid[X] is not a valid uuid. A valid uuid is a UUID(v4 recommended) with '-' stripped.",
    ],
    ['AddModelService', { architectureImages: [{}] }, expect.stringContaining('cpuArchitecture')],
    [
      'AddModelService',
      { architectureImages: [{ cpuArchitecture: 'riscv64' }] },
      expect.stringContaining('[x86_64, aarch64, mips64el, loongarch64], but riscv64 found'),
    ],
    [
      'CloneModelService',
      { cpuArchitectures: ['sparc'] },
      expect.stringContaining('[x86_64, aarch64, mips64el, loongarch64], but sparc found'),
    ],
  ])('%s %j', (name, params, sentence) => {
    expect(expectedError(name, params)).toEqual({ rejected: sentence });
  });

  test.each([
    '0123456789ab1000800000000000000',
    '0123456789ab6000800000000000000f',
    '0123456789ab4000c00000000000000f',
    '0123456789AB4000800000000000000f',
    '01234567-89ab-4000-8000-00000000000f',
    '',
  ])('resourceUuid %j is no uuid', (resourceUuid) => {
    expect(expectedError('AddModel', { resourceUuid })).toEqual({
      rejected: `resourceUuid[${resourceUuid}] is not a valid uuid. A valid uuid is a UUID(v4 recommended) with '-' stripped.`,
    });
  });

  test.each<[string, OperationName, unknown, string]>([
    ['a list for the body', 'AddModel', [], 'body'],
    ['a text for the body', 'AddModel', 'x', 'body'],
    ['a number for the body', 'BindModelToService', 7, 'body'],
    ['a list for the wrapper', 'AddModel', { param: [] }, 'param'],
    [
      'a text for the wrapper',
      'UpdateModelService',
      { updateModelService: 'x' },
      'updateModelService',
    ],
    [
      'a text for the tags',
      'AddModel',
      { param: requiredModelParams, systemTags: 'x' },
      'systemTags',
    ],
    [
      'an object in the tags',
      'AddModel',
      { param: requiredModelParams, userTags: [{}] },
      'userTags[0]',
    ],
  ])('%s', (_, name, body, field) => {
    const result = outcome(() => reader(name).readBody(body));
    expect(result).toEqual({
      rejected: expect.stringMatching(/^\[.*\] field is excepted .*, but was \[.*\]\.$/),
    });
    expect(result).toHaveProperty('rejected', expect.stringContaining(`[${field}] field`));
  });
});

describe('the first failure wins (F34)', () => {
  test('types of everything come before the first argument', () => {
    const body = { param: { name: 'x'.repeat(256), tagUuids: 'no list' } };
    expect(outcome(() => reader('AddModelService').readBody(body))).toEqual({
      rejected: expect.stringMatching(/^\[tagUuids\] field is excepted/),
    });
  });

  test.each(
    names.filter((name) => parametersOf(name).required.length > 0),
  )('%s misses its required arguments in the order of F46', (name) => {
    const { required } = parametersOf(name);
    const valid: Record<string, unknown> = {
      ...requiredServiceParams,
      ...requiredModelParams,
      ...requiredCenterParams,
      ...{ accountName: 'admin', password: '' },
      ...{ resourceType: 'ModelVO', resourceUuid: '', tag: '' },
    };
    const { readBody } = reader(name);
    const given: Record<string, unknown> = {};
    for (const field of required) {
      expect(outcome(() => readBody({ [wrapperOf(name)]: given }))).toEqual({
        rejected: `field[${field}] of message[${messageClass(name)}] is mandatory, can not be null`,
      });
      given[field] = valid[field];
    }
    expect(outcome(() => readBody({ [wrapperOf(name)]: given }))).toHaveProperty('value');
  });

  test('arguments are judged in the order of F46, whatever the order sent', () => {
    const params = {
      condaVersion: 'x'.repeat(33),
      type: 'x',
      gpuComputeCapability: 'x'.repeat(33),
    };
    expect(outcome(() => reader('CloneModelService').readBody({ params }))).toEqual({
      rejected: expect.stringContaining('field[gpuComputeCapability]'),
    });
  });
});

describe('wrappers and tags (F29, F30, F33)', () => {
  const model = requiredModelParams;
  const bodyOf = (body: unknown) => outcome(() => reader('AddModel').readBody(body));

  test.each([
    ['its own', { param: model }],
    ['the other', { params: model }],
    ['its own before the other', { params: { name: 'other' }, param: model }],
    ['the other where its own is null', { param: null, params: model }],
  ])('%s', (_, body) => {
    expect(bodyOf(body)).toEqual({ value: { params: model, systemTags: [], userTags: [] } });
  });

  test.each([
    [undefined],
    [null],
    [{}],
    [{ param: null }],
    [{ name: 'at the top' }],
  ])('%j misses the first argument', (body) => {
    expect(bodyOf(body)).toEqual({ rejected: expect.stringMatching(/^field\[name\].*mandatory/) });
  });

  test.each([
    undefined,
    null,
    {},
    { param: {} },
    { params: {} },
    { param: null },
    { systemTags: [] },
  ])('Bind takes %j', (body) => {
    expect(outcome(() => reader('BindModelToService').readBody(body))).toHaveProperty('value');
  });

  test.each<OperationName>([
    'UpdateModel',
    'UpdateModelCenter',
    'RenewSession',
  ])('%s takes a missing wrapper for an empty one, whatever stands beside it (F32)', (name) => {
    const { readBody } = reader(name);
    for (const body of [
      undefined,
      null,
      {},
      { [wrapperOf(name)]: null },
      { [wrapperOf(name)]: {} },
      { param: { name: 'a' }, params: { name: 'a' }, updateModelService: { name: 'a' } },
    ]) {
      expect(outcome(() => readBody(body))).toEqual({
        value: { params: {}, systemTags: [], userTags: [] },
      });
    }
    expect(outcome(() => readBody({ userTags: ['a'] }))).toMatchObject({
      value: { userTags: ['a'] },
    });
  });

  test('tags beside the wrapper win over those inside; duplicates are dropped, texts kept', () => {
    const body = {
      param: { ...model, systemTags: ['inside'], userTags: ['a', ' a ', 'a'] },
      systemTags: ['beside', 'beside'],
    };
    expect(bodyOf(body)).toEqual({
      value: { params: model, systemTags: ['beside'], userTags: ['a', ' a '] },
    });
  });

  test('inherited names are no members', () => {
    const body = JSON.parse(`{"__proto__":{"param":${JSON.stringify(model)}}}`);
    expect(bodyOf(body)).toHaveProperty('rejected');
    const inside = JSON.parse(`{"param":{"__proto__":${JSON.stringify(model)}}}`);
    expect(bodyOf(inside)).toHaveProperty('rejected');
  });
});

test('unknown fields are told by their place, known ones and tags are not', () => {
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
    expect(deletion('DeleteModelCenter', query, body)).toHaveProperty('rejected');
  });

  test('a mode that is none is refused with the modes there are', () => {
    expect(deletion('DeleteModel', { deleteMode: 'Force' })).toEqual({
      rejected: `valid value for field[deleteMode] of message[${messageClass('DeleteModel')}] are [Permissive, Enforcing], but Force found`,
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
      rejected: `field[uuids] of message[${messageClass('DeleteModels')}] is mandatory, can not be null`,
    });
  });

  test.each<[string, unknown, string]>([
    ['a text', { uuids: 'a' }, '[uuids] field is excepted a list, but was [a].'],
    ['a null in the list', { uuids: [null] }, 'field[uuids] cannot contain a NULL element'],
  ])('no uuids of %s in the body', (_, body, rejected) => {
    expect(deletion('DeleteModels', {}, body)).toEqual({ rejected });
  });
});

describe('a list of bounded length', () => {
  const schema = Type.Object({ list: listOf('', text('', { max: 1 }), { maxItems: 2 }) });

  test('is taken up to its bound', () => {
    expect(read(schema, { list: ['a', 'b'] }).value).toEqual({ list: ['a', 'b'] });
  });

  test('is refused beyond it, before its members are looked at', () => {
    expect(outcome(() => read(schema, { list: [null, 'too long', 'c'] }))).toEqual({
      rejected:
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
      rejected:
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
    expect(query(sent)).toEqual({ rejected: sentence });
  });
});
