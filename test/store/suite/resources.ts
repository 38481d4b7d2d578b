import { describe, expect, test } from 'vitest';
import type {
  Dataset,
  Model,
  ModelCenterFields,
  ModelService,
  Tag,
} from '../../../src/domain/records.ts';
import type { Store, WriteExtras } from '../../../src/domain/store.ts';
import {
  dataset,
  everyCenterField,
  everyDatasetField,
  everyModelField,
  everyServiceField,
  extras,
  model,
  modelCenter,
  modelService,
  newUuid,
  tag,
} from '../../support/records.ts';
import { asIs, first, nothing } from '../../support/results.ts';
import {
  ALL,
  added,
  addedCenter,
  addedModel,
  alreadyUsed,
  byAge,
  expectRejection,
  type OpenStore,
  pathReference,
  set,
  tagsOf,
  UNKNOWN,
  uuidsOf,
} from '../../support/stores.ts';

type Resource = Model | ModelService | ModelCenterFields | Dataset;

const noCapacity = { modelUsedCapacity: 0, modelServiceUsedCapacity: 0, datasetUsedCapacity: 0 };

const kinds: {
  kind: 'ModelService' | 'Model' | 'ModelCenter' | 'Dataset';
  resourceType: 'ModelServiceVO' | 'ModelVO' | 'ModelCenterVO' | 'DatasetVO';
  minimal: () => Resource;
  full: () => Resource;
  add: (store: Store, record: never, given: WriteExtras) => Promise<unknown>;
  change: (
    store: Store,
    uuid: string,
    make: (current: object) => never,
    given: WriteExtras,
  ) => Promise<object>;
  /** The fields returned in addition to the added ones. */
  further: object;
}[] = [
  {
    kind: 'ModelService',
    resourceType: 'ModelServiceVO',
    minimal: modelService,
    full: () => ({ ...everyServiceField(), modelServiceImages: [], modelServiceRefs: [] }),
    add: (store, record, given) => store.addResource('ModelService', record, given, nothing),
    change: (store, uuid, make, given) =>
      store.changeResources('ModelService', [uuid], make, given, first),
    further: {},
  },
  {
    kind: 'Model',
    resourceType: 'ModelVO',
    minimal: model,
    full: () => ({ ...everyModelField(), modelServiceRefs: [] }),
    add: (store, record, given) => store.addResource('Model', record, given, nothing),
    change: (store, uuid, make, given) =>
      store.changeResources('Model', [uuid], make, given, first),
    further: {},
  },
  {
    kind: 'ModelCenter',
    resourceType: 'ModelCenterVO',
    minimal: modelCenter,
    full: everyCenterField,
    add: (store, record, given) => store.addResource('ModelCenter', record, given, asIs),
    change: (store, uuid, make, given) =>
      store.changeResources('ModelCenter', [uuid], make, given, first),
    further: noCapacity,
  },
  {
    kind: 'Dataset',
    resourceType: 'DatasetVO',
    minimal: dataset,
    full: everyDatasetField,
    add: (store, record, given) => store.addResource('Dataset', record, given, nothing),
    change: (store, uuid, make, given) =>
      store.changeResources('Dataset', [uuid], make, given, first),
    further: {},
  },
];

/** The stored fields of a resource of any kind. */
export function describeResources(open: OpenStore): void {
  describe.each(kinds)('the stored fields of a $kind', ({
    kind,
    resourceType,
    minimal,
    full,
    ...of
  }) => {
    const add = (store: Store, record: object, given = extras()) =>
      of.add(store, record as never, given);
    const stored = (record: object) => ({ ...record, ...of.further });

    test('every field, with everything set and with nothing set', async (context) => {
      const store = await open(context);
      for (const record of [full(), minimal()]) {
        const answered = await add(store, record);
        if (kind === 'ModelCenter') expect(set(answered)).toEqual(stored(record));
        expect(set(await store.find(kind, record.uuid))).toEqual(stored(record));
      }
    });

    test('each optional field by itself', async (context) => {
      const store = await open(context);
      const optional = Object.entries(full()).filter(([field]) => !(field in minimal()));
      expect(optional.length).toBeGreaterThan(3);
      for (const [field, value] of optional) {
        const record = { ...minimal(), [field]: value };
        await add(store, record);
        expect(set(await store.find(kind, record.uuid)), field).toEqual(stored(record));
      }
    });

    test('texts to the character, and an empty text is not an unset one', async (context) => {
      const store = await open(context);
      const texts = [
        '',
        '  blanks around  ',
        '\'; DROP TABLE models; -- " \\ % _ ` ? :uuid $1 @x',
        'null',
        '\u0001\t\r\n\u007f\u2028\ufeff',
        '模型服务 😀 e\u0301 \u{10ffff}',
      ];
      for (const text of texts) {
        const entries = Object.entries({ ...full(), uuid: newUuid() }).map(([field, value]) =>
          typeof value === 'string' && !['uuid', 'type', 'source'].includes(field)
            ? [field, text]
            : [field, value],
        );
        const record = Object.fromEntries(entries) as Resource;
        await add(store, record);
        expect(await store.find(kind, record.uuid)).toEqual(stored(record));
      }
    });

    test.for([
      ['the least', -Number.MAX_SAFE_INTEGER, 0],
      ['nothing', 0, 0],
      ['the most', Number.MAX_SAFE_INTEGER, 253_402_300_799_999],
    ] as const)('numbers: %s that there can be', async ([, number, milliseconds], context) => {
      const store = await open(context);
      const numberFor: Record<string, number> = {
        createDate: milliseconds,
        lastOpDate: milliseconds,
        requestCpu: 2_147_483_647,
      };
      const entries = Object.entries(full()).map(([field, value]) => [
        field,
        typeof value === 'number' ? (numberFor[field] ?? number) : value,
      ]);
      const record = Object.fromEntries(entries) as Resource;
      await add(store, record);
      expect(await store.find(kind, record.uuid)).toEqual(stored(record));
    });

    test('nothing of another: only the uuid itself finds it', async (context) => {
      const store = await open(context);
      const record = full();
      await add(store, record);
      const others = [UNKNOWN, '', ' ', `${record.uuid} `, record.uuid.toUpperCase(), '%'];
      for (const uuid of [...others, "' OR 1=1 --", '\0', '\ud800', 'x'.repeat(1_000_000)]) {
        expect(await store.find(kind, uuid), uuid.slice(0, 40)).toBeUndefined();
      }
      for (const other of [...kinds.map((each) => each.kind), 'UserTag', 'SystemTag'] as const) {
        if (other !== kind) expect(await store.find(other, record.uuid), other).toBeUndefined();
      }
    });

    test('its tags: verbatim, each once by type, the first one stays', async (context) => {
      const store = await open(context);
      const { uuid } = minimal();
      const texts = ['b', 'a', ' a', 'A', '标签', ''];
      const tags = (['System', 'User'] as const).flatMap((type) =>
        texts.map((text, createDate) => tag(uuid, text, { type, resourceType, createDate })),
      );
      const repeated = tags.map((stored) => ({ ...stored, uuid: newUuid(), createDate: 0 }));
      await add(store, { ...minimal(), uuid }, extras({ tags: [...tags, ...repeated] }));
      expect(await tagsOf(store, uuid)).toEqual(tags);
      expect(await tagsOf(store, UNKNOWN)).toEqual([]);
    });

    test('pages by createDate, then uuid, without gap or repetition', async (context) => {
      const store = await open(context);
      const ages = [5, 1, 3, 1, 1, 4, 3];
      const records = ages.map((createDate) => ({ ...minimal(), createDate }));
      for (const record of records) await add(store, record);
      const expected = uuidsOf(byAge(records));
      const uuids = async (start: number, limit: number) =>
        uuidsOf(await store.list(kind, { conditions: [], start, limit }));

      expect(await uuids(0, Number.MAX_SAFE_INTEGER)).toEqual(expected);
      expect([...(await uuids(0, 3)), ...(await uuids(3, 3)), ...(await uuids(6, 3))]).toEqual(
        expected,
      );
      expect(await uuids(0, 0)).toEqual([]);
      expect(await uuids(7, 3)).toEqual([]);
      expect(await uuids(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual([]);
    });

    test('more fields than lists have: these omit unlisted fields', async (context) => {
      const store = await open(context);
      const record = full();
      await add(store, record);
      const never = [
        ...['dataType', 'modelClassifications', 'shareMode', 'tagUuids', 'token'],
        ...['usageScenarios', 'zoneUuid'],
      ];
      const reported = Object.entries(stored(record)).filter(([field]) => !never.includes(field));
      expect(await store.list(kind, ALL)).toEqual([Object.fromEntries(reported)]);
    });

    test('a uuid that is unique among all kinds of resource', async (context) => {
      const store = await open(context);
      const others = [await added(store), await addedModel(store), await addedCenter(store)];
      for (const { uuid } of others) {
        const write = () =>
          add(store, { ...minimal(), uuid }, extras({ tags: [tag(uuid, 'a tag')] }));
        await expectRejection(store, write, alreadyUsed(uuid));
      }
    });
  });

  describe.each(kinds)('changing a $kind', ({ kind, resourceType, minimal, full, ...of }) => {
    const add = (store: Store, record: object, tags: Tag[] = []) =>
      of.add(store, record as never, extras({ tags }));
    const stored = (record: object) => ({ ...record, ...of.further });
    const change = (
      store: Store,
      uuid: string,
      make: (current: object) => object,
      tags: Tag[] = [],
    ) => {
      const references = [pathReference(uuid, resourceType)];
      return of.change(store, uuid, make as never, extras({ references, tags }));
    };

    test('passes in what is stored, stores what it returns, and answers it', async (context) => {
      const store = await open(context);
      const [record, other] = [minimal(), minimal()];
      for (const each of [record, other]) await add(store, each);
      const changed = { ...full(), uuid: record.uuid };
      let seen: unknown;
      const answered = await change(store, record.uuid, (current) => {
        seen = current;
        return changed;
      });
      expect(set(seen)).toMatchObject(record);
      expect(set(answered)).toEqual(stored(changed));
      expect(set(await store.find(kind, record.uuid))).toEqual(stored(changed));
      expect(set(await store.find(kind, other.uuid))).toEqual(stored(other));
      expect(await store.count(kind, [])).toBe(2);
    });

    test('stores each field by itself', async (context) => {
      const store = await open(context);
      let expected: object = minimal();
      await add(store, expected);
      const { uuid: _, ...fields } = full();
      const { uuid } = expected as Resource;
      for (const [field, value] of Object.entries(fields)) {
        expected = { ...expected, [field]: value };
        await change(store, uuid, (current) => ({ ...current, [field]: value }));
        expect(set(await store.find(kind, uuid)), field).toEqual(stored(expected));
      }
    });

    test('unsets what it no longer returns', async (context) => {
      const store = await open(context);
      const record = full();
      await add(store, record);
      const { uuid } = record;
      const bare = { ...minimal(), uuid };
      await change(store, uuid, () => bare);
      expect(set(await store.find(kind, uuid))).toEqual(stored(bare));
    });

    test('adds tags to those it has', async (context) => {
      const store = await open(context);
      const record = minimal();
      const [first, again, second] = ['first', 'first', 'second'].map((text, createDate) =>
        tag(record.uuid, text, { resourceType, createDate }),
      ) as [Tag, Tag, Tag];
      await add(store, record, [first]);
      await change(store, record.uuid, (current) => current, [again, second]);
      expect(await tagsOf(store, record.uuid)).toEqual([first, second]);
    });

    test('changes nothing when the change throws', async (context) => {
      const store = await open(context);
      const record = minimal();
      await add(store, record);
      const error = new Error('no such change');
      const fail = () => {
        throw error;
      };
      const tags = [tag(record.uuid, 'a tag', { resourceType })];
      await expectRejection(store, () => change(store, record.uuid, fail, tags), error);
    });
  });
}
