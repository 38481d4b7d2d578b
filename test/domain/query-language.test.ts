import { describe, expect, test } from 'vitest';
import { dateParser } from '../../src/contract/dates.ts';
import {
  LIST_MAX,
  PATTERN_CONDITIONS_MAX,
  PATTERNS_MAX,
} from '../../src/contract/schemas/query.ts';
import { parseConditions, parseFields, parseSort } from '../../src/domain/query-language.ts';
import { type OracleKind, otherFields, ownFields } from '../support/query-oracle.ts';

const parseDate = dateParser('UTC');
const read = (kind: OracleKind, ...q: string[]) => parseConditions(kind, q, parseDate);

const kinds = Object.keys(ownFields) as OracleKind[];
const comparisons = ['=', '!=', '<', '<=', '>', '>=', '~=', '!~=', '?=', '!?='];

/** The parts of a failure that a client sees. */
const expectedError = (status: number, errorCode: string, message: unknown) =>
  expect.objectContaining({ status, errorCode, message });
const invalid = (message: unknown) => expectedError(400, 'SYS.1007', message);
const noSuchField = (kind: OracleKind, field: string) =>
  expectedError(
    503,
    'SYS.1000',
    `inventory class[class org.zstack.${kind.endsWith('Tag') ? 'header.tag' : 'ai.entity'}.${kind}Inventory] not having field[${field}]`,
  );

describe('every scalar field can be queried', () => {
  test.each(kinds)('of %s, in conditions, sort and fields', (kind) => {
    for (const field of Object.keys(ownFields[kind])) {
      expect(read(kind, `${field} is null`)).toHaveLength(1);
      expect(parseSort(kind, field)).toMatchObject({ field: { name: field } });
      expect(parseFields(kind, field)).toEqual([field]);
    }
  });

  test.each(kinds)('of the relations of %s, in conditions only', (kind) => {
    for (const field of Object.keys(otherFields[kind])) {
      expect(read(kind, `${field} is null`)).toHaveLength(1);
      expect(() => parseSort(kind, field)).toThrow(noSuchField(kind, field));
      expect(() => parseFields(kind, field)).toThrow(noSuchField(kind, field));
    }
  });
});

describe('nothing else can be queried', () => {
  const everywhere = [
    // Lists, maps and computed fields.
    ...['modelServiceRefs', 'modelServiceImages', 'cpuArchitectures', 'recommendedGpuNum'],
    ...['vendorToSpecUuidsMap', 'capacity', 'capacity.modelUsedCapacity', 'modelCenter'],
    // Stored, never returned: conditions would reveal their values.
    ...['token', 'zoneUuid', 'shareMode', 'tagUuids', 'modelClassifications', 'position'],
    ...['modelCenter.zoneUuid', 'modelCenter.tagUuids', 'modelServiceRefs.token'],
    // What the database has.
    ...['model_center_uuid', 'create_date', 'rowid', '1', '*', 'NULL', 'models.uuid', '"uuid"'],
    // What objects have.
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'modelServiceRefs.__proto__'],
    // Nearly right.
    ...['Uuid', 'UUID', 'uuid.', '.uuid', 'uuid uuid', '__usertag__', '__tag__', 'userTags'],
    ...['modelServiceRefs.', 'modelServiceRefs.modelUuid.x', 'ModelCenter.name'],
    ...['modelCenter.modelCenter.name', 'modelCenter.capacity'],
  ];
  const elsewhere: [OracleKind, string][] = [
    ['Model', 'modelServiceImages.dockerImage'],
    ['Model', 'yaml'],
    ['ModelService', 'modelId'],
    ['ModelCenter', 'modelServiceRefs.modelUuid'],
    ['ModelCenter', 'modelCenter.name'],
    ['UserTag', '__userTag__'],
    ['UserTag', 'inherent'],
    ['SystemTag', 'name'],
  ];

  test.each([
    ...kinds.flatMap((kind) => everywhere.map((field) => [kind, field] as const)),
    ...elsewhere,
  ])('of %s, such as %s', (kind, field) => {
    for (const rest of [
      ...comparisons.map((operator) => `${operator}1`),
      ' is null',
      ' not null',
    ]) {
      expect(() => read(kind, field + rest)).toThrow(noSuchField(kind, field));
    }
    for (const sign of ['', '+', '-', ' ']) {
      expect(() => parseSort(kind, sign + field)).toThrow(noSuchField(kind, field));
    }
    expect(() => parseFields(kind, `uuid,${field}`)).toThrow(noSuchField(kind, field));
  });
});

describe('an invalid value of a field', () => {
  const noIntegers = [
    ...['', ' ', 'a', 'null', 'NaN', 'Infinity', '-Infinity', 'true', '1.5', '1.0', '.5', '1.'],
    ...['1e3', '0x10', '1_000', '1 000', '--1', '+-1', '- 1', '1-', '１', '٣', '%', '1%', "'1'"],
    '\u00a05',
  ];
  const noBooleans = ['', '1', 'yes', 'tru', 'truefalse', 'null', 't%', '"true"', ' true', 'true '];
  // The tests of dates have all others.
  const noDates = ['', 'now', '2025-11-25', '2025-02-29 00:00:00', 'Nov 25, 2025', '2025%'];

  test.each([
    ...noIntegers.flatMap((value) => [
      ['requestCpu', value],
      ['requestMemory', value],
      ['modelCenter.managementPort', value],
    ]),
    ...noBooleans.flatMap((value) => [
      ['system', value],
      ['modelServiceRefs.isDefault', value],
    ]),
    ...noDates.flatMap((value) => [
      ['createDate', value],
      ['modelServiceImages.lastOpDate', value],
    ]),
    // Beyond an Integer, and beyond a Long (F8).
    ...['2147483648', '-2147483649', '9'.repeat(400)].map((value) => ['requestCpu', value]),
    ...['9007199254740992', '-9007199254740992', '9007199254740993'].map((value) => [
      'size',
      value,
    ]),
    ['size', '9'.repeat(400)],
  ] as [string, string][])('is rejected by every comparison: %s, %j', (field, value) => {
    for (const operator of comparisons) {
      expect(() => read('ModelService', `${field}${operator}${value}`)).toThrow(
        invalid(expect.stringMatching(`\\[${field}\\]|Integer overflow`)),
      );
    }
  });

  test.each([
    'requestCpu',
    'size',
    'system',
    'createDate',
  ])('is rejected anywhere in a list: %s', (field) => {
    const [good, bad] = { requestCpu: ['1', 'x'], size: ['1', 'x'], system: ['true', 'x'] }[
      field
    ] ?? ['2025-11-25 11:51:50', 'x'];
    for (const members of [`${bad},${good}`, `${good},${bad}`, `${good},`, `,${good}`, ',']) {
      for (const operator of ['?=', '!?=']) {
        expect(() => read('ModelService', field + operator + members)).toThrow(
          invalid(expect.any(String)),
        );
      }
    }
  });

  test('is quoted in the platform’s error', () => {
    expect(() => read('ModelService', 'size=a')).toThrow(
      invalid('[size] field is excepted an int or long, but was [a].'),
    );
    expect(() => read('ModelService', 'requestCpu=2147483648')).toThrow(
      invalid('2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647'),
    );
    expect(() => read('ModelService', 'system=1')).toThrow(
      invalid(
        'Invalid value for boolean field [system], [1] is not a valid boolean string[true, false].',
      ),
    );
    expect(() => read('ModelService', 'createDate=now')).toThrow(
      invalid(
        expect.stringMatching(/^\[createDate\] field is excepted a date.*, but was \[now\]\.$/),
      ),
    );
  });

  test('does not exist for texts', () => {
    for (const operator of comparisons) {
      for (const value of ['', ' ', 'null', '1', '%', '\\', ',', "'", '😀']) {
        expect(read('ModelService', `name${operator}${value}`)).toHaveLength(1);
      }
    }
  });
});

describe('a query is too expensive', () => {
  test('with a list of too many members', () => {
    const list = (members: number) => Array(members).fill('1').join(',');
    for (const operator of ['?=', '!?=']) {
      for (const field of ['name', 'size', '__userTag__', 'modelServiceRefs.modelUuid']) {
        expect(read('ModelService', field + operator + list(LIST_MAX))).toHaveLength(1);
        expect(() => read('ModelService', field + operator + list(LIST_MAX + 1))).toThrow(
          invalid(expect.stringMatching(`${LIST_MAX + 1}.*field\\[${field}\\].*${LIST_MAX}$`)),
        );
      }
    }
  });

  test('with a list of too many dates, also with commas inside', () => {
    const list = (members: number) => Array(members).fill('Nov 25, 2025 11:51:50 AM').join(',');
    expect(read('Model', `createDate?=${list(LIST_MAX)}`)).toHaveLength(1);
    expect(() => read('Model', `createDate?=${list(LIST_MAX + 1)}`)).toThrow(
      invalid(expect.stringContaining(String(LIST_MAX + 1))),
    );
  });

  test.each(['a', '_', '😀'])('with a pattern of too many characters: %s', (character) => {
    for (const operator of ['~=', '!~=']) {
      const condition = `name${operator}${character.repeat(PATTERNS_MAX)}`;
      expect(read('ModelService', condition)).toHaveLength(1);
      expect(() => read('ModelService', condition + character)).toThrow(
        invalid(expect.stringMatching(`${PATTERNS_MAX + 1} characters.*${PATTERNS_MAX}`)),
      );
    }
  });

  test('with patterns of too many characters together', () => {
    const half = `name~=${'a'.repeat(PATTERNS_MAX / 2)}`;
    expect(read('ModelService', half, half)).toHaveLength(2);
    expect(() => read('ModelService', half, half, 'name~=a')).toThrow(
      invalid(expect.stringMatching(`${PATTERNS_MAX + 1} characters.*${PATTERNS_MAX}`)),
    );
  });

  test.each([
    'name~=a%',
    'name!~=%a',
    '__userTag__~=a',
    'modelCenter.name~=a',
  ])('with too many patterns: %s', (pattern) => {
    const others = Array(50).fill('name!=a');
    const most = Array(PATTERN_CONDITIONS_MAX).fill(pattern);
    expect(read('ModelService', ...most, ...others)).toHaveLength(58);
    expect(() => read('ModelService', ...most, ...others, 'name~=b')).toThrow(
      invalid('the parameter[q] has 9 conditions with patterns, more than 8'),
    );
  });

  test('but not with many patterns for numbers', () => {
    const conditions = Array(PATTERN_CONDITIONS_MAX + 1).fill('size~=1');
    expect(read('ModelService', ...conditions)).toHaveLength(conditions.length);
  });

  test('but not with many adjacent percent signs', () => {
    expect(read('ModelService', `name~=${'%'.repeat(PATTERNS_MAX + 1)}`)).toHaveLength(1);
  });

  test('but not with a long text in a comparison', () => {
    for (const operator of ['=', '!=', '<', '?=']) {
      expect(read('ModelService', `yaml${operator}${'a'.repeat(60_000)}`)).toHaveLength(1);
    }
  });
});

test('the error is about the first invalid condition', () => {
  expect(() => read('Model', 'name=a', 'size=x', 'nothing=1')).toThrow(
    invalid(expect.stringContaining('[size]')),
  );
  expect(() => read('Model', 'name=a', 'nothing=1', 'size=x')).toThrow(
    noSuchField('Model', 'nothing'),
  );
});

describe('a sort', () => {
  test.each([
    ['name', 'name', false],
    ['+name', 'name', false],
    [' name', 'name', false],
    ['-name', 'name', true],
    ['-createDate', 'createDate', true],
    ['SAMPLE_SIZE', 'SAMPLE_SIZE', false],
  ])('%j sorts by %s, descending: %s', (text, name, descending) => {
    expect(parseSort('Model', text)).toMatchObject({ field: { name, of: 'self' }, descending });
  });

  test.each([undefined, '', ' '])('is undefined for %j', (text) => {
    expect(parseSort('Model', text)).toBeUndefined();
  });

  test.each([
    ['--name', '-name'],
    ['-+name', '+name'],
    ['name,uuid', 'name,uuid'],
    ['name desc', 'name desc'],
    ['*name', '*name'],
    ['name;--', 'name;--'],
  ])('%s names no field', (text, field) => {
    expect(() => parseSort('Model', text)).toThrow(noSuchField('Model', field));
  });
});

describe('fields', () => {
  test.each([
    ['uuid', ['uuid']],
    ['name,uuid', ['name', 'uuid']],
    [' name , uuid ', ['name', 'uuid']],
    ['uuid,uuid', ['uuid']],
  ])('are those of %j', (text, fields) => {
    expect(parseFields('ModelService', text)).toEqual(fields);
  });

  test.each([undefined, ''])('are all for %j', (text) => {
    expect(parseFields('ModelService', text)).toBeUndefined();
  });
});
