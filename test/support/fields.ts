import { beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectErrorWithoutChange, invalidArgument } from './errors.ts';
import { type EntityName, type FieldType, kinds, noSuchField } from './kinds.ts';
import { START } from './server.ts';
import { sharedServer } from './shared-server.ts';

type Value = string | number | boolean | null;
/** A field's value as it is kept, and as answers tell it. */
type Held = readonly [kept: Value, told: Value];

/** Values that aren't any text, by the number of the resource. */
const words: Record<string, readonly string[]> = {
  'ModelService.type': ['App', 'Endpoint', 'FineTune'],
  'ModelService.source': ['Bentoml', 'HuggingFace', 'Other'],
  'UserTag.type': ['User', 'User', 'User'],
  'SystemTag.type': ['System', 'System', 'System'],
  resourceType: ['ModelServiceVO', 'ModelServiceVO', 'ModelVO'],
  resourceUuid: ['a service', 'a service', 'the model'],
};

function fieldValue(kind: string, field: string, type: FieldType, number: number): Held {
  const word = words[`${kind}.${field}`]?.[number] ?? words[field]?.[number];
  if (word !== undefined) return [word, word];
  switch (type) {
    case 'text':
      return [`${field} ${number}`, `${field} ${number}`];
    case 'boolean':
      return [number === 1, number === 1];
    case 'date':
      return [START + number * 1000 + 5, `Nov 25, 2025 11:51:5${number} AM`];
    default:
      return [40 - 10 * number, 40 - 10 * number];
  }
}

/** What belongs to a kind's resources by other names (F57). */
const relations: Record<EntityName, readonly string[]> = {
  ModelService: [
    'modelServiceRefs.modelUuid',
    'modelServiceRefs.modelServiceUuid',
    'modelServiceImages.cpuArchitecture',
    'modelServiceImages.dockerImage',
    'modelServiceImages.vmImageUuid',
    'modelCenter.name',
    'modelCenter.url',
    '__userTag__',
    '__systemTag__',
  ],
  Model: [
    'modelServiceRefs.modelUuid',
    'modelServiceRefs.modelServiceUuid',
    'modelCenter.name',
    'modelCenter.url',
    '__userTag__',
    '__systemTag__',
  ],
  ModelCenter: ['__userTag__', '__systemTag__'],
  UserTag: [],
  SystemTag: [],
};
/** What of a kind can be asked for, sorted by and selected, and what can't (F47, F57). */
export function describeFields(name: EntityName): void {
  const { path, fields, withheld, optional, put } = kinds[name];
  const server = sharedServer();

  /** Of three resources, oldest first: the first holds null in each field that may. */
  const held = (field: string): Held[] =>
    [0, 1, 2].map((number) =>
      number === 0 && optional.includes(field)
        ? [null, null]
        : fieldValue(name, field, fields[field] as FieldType, number),
    );
  beforeAll(async () => {
    if (name.endsWith('Tag')) {
      await kinds.ModelService.put(server(), { uuid: 'a service' });
      await kinds.Model.put(server(), { uuid: 'the model' });
    }
    for (const number of [2, 0, 1]) {
      const resource = Object.keys(fields).map((field) => [field, held(field)[number]?.[0]]);
      await put(server(), Object.fromEntries(resource));
    }
  });

  const told = (field: string) => held(field).map(([, value]) => value);
  /** Which of the three resources an answer lists, by their dates. */
  async function found(conditions: string[], parameters: Record<string, string> = {}) {
    const { status, body } = await server().query(path, conditions, parameters);
    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    return body.inventories.map(({ createDate }: { createDate: string }) =>
      told('createDate').indexOf(createDate),
    );
  }
  const those = (field: string, wanted: (value: Value) => boolean) =>
    told(field).flatMap((value, number) => (wanted(value) ? [number] : []));

  describe('of the fields', () => {
    test.each(Object.keys(fields))('%s can be asked for', async (field) => {
      const [first, second, third] = told(field) as [Value, Value, Value];

      expect(await found([`${field}=${third}`])).toEqual(those(field, (value) => value === third));
      expect(await found([`${field}!=${third}`])).toEqual(
        those(field, (value) => value !== null && value !== third),
      );
      expect(await found([`${field}?=${second},${third}`])).toEqual(
        those(field, (value) => value === second || value === third),
      );
      expect(await found([`${field}!?=${second},${third}`])).toEqual(
        those(field, (value) => value !== null && value !== second && value !== third),
      );
      expect(await found([`${field} is null`])).toEqual(first === null ? [0] : []);
      expect(await found([`${field} not null`])).toEqual(those(field, (value) => value !== null));
    });

    const texts = Object.keys(fields).filter((field) => fields[field] === 'text');
    test.each(texts)('%s can be asked for in any case, and by a pattern', async (field) => {
      const [, , third] = told(field);
      const upper = String(third).toUpperCase();
      const expected = those(field, (value) => value === third);

      expect(await found([`${field}=${upper}`])).toEqual(expected);
      expect(await found([`${field}?=,${upper}`])).toEqual(expected);
      expect(await found([`${field}~=${upper.slice(0, -1)}_`, `${field}>=${upper}`])).toEqual(
        expected,
      );
      expect(await found([`${field}~=%${upper.slice(1)}`])).toEqual(expected);
      expect(await found([`${field}<${upper}`])).toEqual(
        those(field, (value) => value !== null && String(value) < String(third)),
      );
    });

    test.each(Object.keys(fields))('%s can be sorted by, null before all else', async (field) => {
      const kept = held(field).map(([value]) => value);
      const rank = (value: Value) =>
        value === null ? -1 : kept.filter((v) => lower(v, value)).length;
      const ascending = [0, 1, 2].toSorted((a, b) => rank(kept[a] ?? null) - rank(kept[b] ?? null));
      const descending = [0, 1, 2].toSorted(
        (a, b) => rank(kept[b] ?? null) - rank(kept[a] ?? null),
      );

      expect(await found([], { sort: field })).toEqual(ascending);
      expect(await found([], { sort: `-${field}` })).toEqual(descending);

      // Page by page.
      for (const [sort, expected] of [
        [field, ascending] as const,
        [`-${field}`, descending] as const,
      ]) {
        const paged: number[] = [];
        for (const start of ['0', '1', '2']) {
          paged.push(...(await found([], { sort, start, limit: '1' })));
        }
        expect(paged).toEqual(expected);
      }
    });

    test.each(Object.keys(fields))('%s can be all that is returned', async (field) => {
      const { status, body } = await server().query(path, [], { fields: field });

      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        inventories: told(field).map((value) => (value === null ? {} : { [field]: value })),
      });
    });

    test('all can be asked for at once, and returned in whatever order', async () => {
      const names = Object.keys(fields);
      const conditions = names.map((field) => `${field}=${told(field)[2]}`);

      const { status, body } = await server().query(path, conditions, {
        fields: names.toReversed().join(),
      });

      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        inventories: [Object.fromEntries(names.map((field) => [field, told(field)[2]]))],
      });
    });
  });

  describe('refuses a field it has not got', () => {
    const foreign = Object.values(kinds)
      .flatMap((kind) => [...Object.keys(kind.fields), ...kind.withheld])
      .filter((field) => !(field in fields));
    const unknown = new Set([
      ...withheld,
      ...foreign,
      '__proto__',
      'Uuid',
      'create_date',
      "uuid' --",
    ]);
    const related = Object.values(relations).flat();

    test.each([...unknown])('%s, in q, sort and fields alike', async (field) => {
      const refusal = noSuchField(name, field);

      expectError(await server().query(path, [`${field} is null`]), refusal);
      expectError(await server().query(path, [], { sort: `-${field}` }), refusal);
      expectError(await server().query(path, [], { fields: `uuid,${field}` }), refusal);
    });

    test.each([...new Set(related)])('%s, in sort and fields', async (field) => {
      expectError(await server().query(path, [], { sort: field }), noSuchField(name, field));
      expectError(await server().query(path, [], { fields: field }), noSuchField(name, field));
    });

    const unrelated = related.filter((field) => !relations[name].includes(field));
    if (unrelated.length > 0) {
      test.each([...new Set(unrelated)])('%s, in q', async (field) => {
        expectError(await server().query(path, [`${field}=1`]), noSuchField(name, field));
      });
    }

    test.each([
      ['several to sort by', { sort: 'uuid,createDate' }, 'uuid,createDate'],
      ['a second sign', { sort: '--uuid' }, '-uuid'],
      ['the second of two', { fields: 'uuid,Uuid' }, 'Uuid'],
      ['though only the number is asked for', { count: 'true', sort: 'Uuid' }, 'Uuid'],
      ['though only the number is asked for', { count: 'true', fields: 'Uuid' }, 'Uuid'],
      ['though nothing is asked for', { limit: '0', fields: 'Uuid' }, 'Uuid'],
    ])('%s, %o', async (_, parameters, field) => {
      await expectErrorWithoutChange(
        server(),
        () => server().query(path, [], parameters),
        noSuchField(name, field),
      );
    });

    test('in any of its conditions, though nothing is asked for', async () => {
      for (const parameters of [{ limit: '0' }, { count: 'true' }]) {
        expectError(
          await server().query(path, ['uuid=1', 'Uuid=1'], parameters),
          noSuchField(name, 'Uuid'),
        );
      }
    });

    test('with its name cut where it is longer than an answer tells', async () => {
      const { details } = noSuchField(name, 'x'.repeat(5000)) as { details: string };

      expectError(await server().query(path, [`${'x'.repeat(5000)}=1`]), {
        ...noSuchField(name, ''),
        details: `${details.slice(0, 4093)}...`,
      });
    });

    test('only after the other parameters have been read', async () => {
      expectError(
        await server().query(path, ['Uuid=1'], { limit: 'x' }),
        invalidArgument("Invalid query parameter. 'limit' must be an integer"),
      );
    });
  });
}

function lower(a: Value, b: Value): boolean {
  return a === null || (b !== null && a < b);
}
