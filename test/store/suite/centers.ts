import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../src/domain/store.ts';
import { extras, newUuid, tag } from '../../support/records.ts';
import { asIs, first, nothing } from '../../support/results.ts';
import {
  ALL,
  added,
  addedCenter,
  addedModel,
  byAge,
  contents,
  expectRejection,
  failure,
  type OpenStore,
  set,
  tagsOf,
  UNKNOWN,
  uuidsOf,
} from '../../support/stores.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** Centers with their capacities. */
export function describeCenters(open: OpenStore): void {
  describe('what a center’s capacity adds up', () => {
    const capacityOf = async (store: Store, uuid: string) => {
      const center = await store.find('ModelCenter', uuid);
      return [center?.modelUsedCapacity, center?.modelServiceUsedCapacity];
    };

    test('is the sizes of its models and of its services, each for itself', async (context) => {
      const store = await open(context);
      const centers = [
        await addedCenter(store),
        await addedCenter(store),
        await addedCenter(store),
      ];
      const [first = '', second = '', empty = ''] = centers.map(({ uuid }) => uuid);
      for (const size of [1, 10, 100]) await addedModel(store, { modelCenterUuid: first, size });
      for (const size of [2, 20]) await added(store, { modelCenterUuid: first, size });
      await addedModel(store, { modelCenterUuid: second, size: 1000 });
      await addedModel(store, { size: 5000 });
      await added(store, { modelCenterUuid: `${first} `, size: 5000 });

      const expected = new Map([
        [first, [111, 22]],
        [second, [1000, 0]],
        [empty, [0, 0]],
      ]);
      for (const [uuid, sums] of expected) expect(await capacityOf(store, uuid)).toEqual(sums);
      const listed = await store.list('ModelCenter', ALL);
      expect(uuidsOf(listed)).toEqual(uuidsOf(byAge(centers)));
      for (const { uuid = '', modelUsedCapacity, modelServiceUsedCapacity } of listed) {
        expect([modelUsedCapacity, modelServiceUsedCapacity]).toEqual(expected.get(uuid));
      }
    });

    test('includes what names it in upper case', async (context) => {
      const store = await open(context);
      const uuid = 'abcdefabcdef4abc8abcabcdefabcdef';
      await addedCenter(store, { uuid });
      const names = [uuid.toUpperCase(), `ABCDEF${uuid.slice(6)}`, uuid];
      for (const modelCenterUuid of names) {
        await addedModel(store, { modelCenterUuid, size: 3 });
        await added(store, { modelCenterUuid, size: 5 });
      }
      expect(await capacityOf(store, uuid)).toEqual([9, 15]);
      const answered = await store.changeResources(
        'ModelCenter',
        [uuid],
        (current) => current,
        extras(),
        first,
      );
      expect(answered).toMatchObject({ modelUsedCapacity: 9, modelServiceUsedCapacity: 15 });
    });

    test('follows what is moved and deleted', async (context) => {
      const store = await open(context);
      const { uuid } = await addedCenter(store);
      const models = [
        await addedModel(store, { modelCenterUuid: uuid, size: 3 }),
        await addedModel(store, { modelCenterUuid: uuid, size: 5 }),
        await addedModel(store, { size: 7 }),
      ];
      const service = await added(store, { modelCenterUuid: uuid, size: 11 });
      const [moved = '', deleted = '', arriving = ''] = uuidsOf(models);
      const move = (model: string, modelCenterUuid: string) =>
        store.changeResources(
          'Model',
          [model],
          (current) => ({ ...current, modelCenterUuid }),
          extras(),
          asIs,
        );
      await move(moved, newUuid());
      await move(arriving, uuid);
      expect(await capacityOf(store, uuid)).toEqual([12, 11]);
      await store.deleteResources('ModelVO', [deleted], nothing);
      await store.deleteResources('ModelServiceVO', [service.uuid], nothing);
      expect(await capacityOf(store, uuid)).toEqual([7, 0]);
    });

    test.for<[string, number[], number]>([
      ['more than 64 bits hold', Array(1100).fill(MAX), MAX],
      ['as much less than nothing', Array(1100).fill(-MAX), -MAX],
      ['more than a Long, and back', [MAX, MAX, MAX, -MAX, -MAX, -1], MAX - 1],
      ['many odd ones', Array(999).fill(9_000_000_000_001), 999 * 9_000_000_000_001],
    ])('is right for %s', async ([, sizes, sum], context) => {
      const store = await open(context);
      const { uuid } = await addedCenter(store);
      await Promise.all(sizes.map((size) => added(store, { modelCenterUuid: uuid, size })));
      expect(await capacityOf(store, uuid)).toEqual([0, sum]);
    });

    test('is exact as far as a Long goes, and no more than one', async (context) => {
      const store = await open(context);
      const sizes = fc.array(
        fc.oneof(
          fc.maxSafeInteger(),
          fc.integer(),
          fc.constantFrom(MAX, -MAX, MAX - 1, MAX - 3, 2 ** 52, -(2 ** 52), 2, 1, -1),
        ),
        { maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(sizes, async (given) => {
          const { uuid } = await addedCenter(store);
          for (const size of given) await added(store, { modelCenterUuid: uuid, size });
          const exact = given.reduce((sum, size) => sum + BigInt(size), 0n);
          const bounded = Math.min(Math.max(Number(exact), -MAX), MAX);
          expect(await capacityOf(store, uuid)).toEqual([0, bounded]);
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('deleting a center', () => {
    /** A center with two models, bound and tagged, and a service; and another center with the same. */
    const prepare = async (store: Store) => {
      const { uuid } = await addedCenter(store);
      const [service, model, upper] = [
        await added(store, { modelCenterUuid: uuid }),
        await addedModel(store, { modelCenterUuid: uuid }),
        await addedModel(store, { modelCenterUuid: uuid.toUpperCase() }),
      ];
      const binding = { uuid: newUuid(), modelUuid: model.uuid, modelServiceUuid: service.uuid };
      await store.bindModelToService({ ...binding, isDefault: true }, extras(), asIs);
      await store.addTag(tag(uuid, 'a tag', { resourceType: 'ModelCenterVO' }), nothing);
      await store.addTag(
        tag(model.uuid, 'a tag', { resourceType: 'ModelVO', type: 'System' }),
        nothing,
      );
      await store.addTag(tag(service.uuid, 'a tag'), nothing);
      return { uuid, service, models: [model, upper] };
    };

    test('deletes it with its tags, but not its services', async (context) => {
      const store = await open(context);
      const [center, other] = [await addedCenter(store), await addedCenter(store)];
      const service = await added(store, { modelCenterUuid: center.uuid });
      await store.addTag(tag(center.uuid, 'a tag', { resourceType: 'ModelCenterVO' }), nothing);
      await store.deleteModelCenter(center.uuid, { withContents: false }, nothing);
      expect(set(await contents(store))).toEqual({
        ModelService: [service],
        Model: [],
        ModelCenter: [other],
        Dataset: [],
        ModelServiceInstanceGroup: [],
        UserTag: [],
        SystemTag: [],
      });
    });

    test('is rejected while it has models', async (context) => {
      const store = await open(context);
      const { uuid, models } = await prepare(store);
      const rejected = failure('SYS.1006', expect.stringContaining(uuid));
      const remove = () => store.deleteModelCenter(uuid, { withContents: false }, nothing);
      await expectRejection(store, remove, rejected);
      for (const model of models) {
        await expectRejection(store, remove, rejected);
        await store.deleteResources('ModelVO', [model.uuid], nothing);
      }
      await expect(remove()).resolves.toBeUndefined();
      expect(await store.find('ModelCenter', uuid)).toBeUndefined();
    });

    test('deletes its models with all that belongs to them, on request', async (context) => {
      const store = await open(context);
      const [{ uuid, service, models }, other] = [await prepare(store), await prepare(store)];
      await store.deleteModelCenter(uuid, { withContents: true }, nothing);
      expect(await store.find('ModelCenter', uuid)).toBeUndefined();
      expect(uuidsOf(await store.list('Model', ALL)).toSorted()).toEqual(
        uuidsOf(other.models).toSorted(),
      );
      for (const gone of [uuid, ...uuidsOf(models)]) {
        expect(await tagsOf(store, gone ?? '')).toEqual([]);
      }
      expect(set(await store.find('ModelService', service.uuid))).toEqual(service);
      expect(await tagsOf(store, service.uuid)).toHaveLength(1);
      const bound = await store.find('ModelService', other.service.uuid);
      expect(bound?.modelServiceRefs).toHaveLength(1);
      expect(await tagsOf(store, other.uuid)).toHaveLength(1);
      // The uuids of deleted resources are free.
      for (const used of [uuid, ...uuidsOf(models)]) await addedCenter(store, { uuid: used ?? '' });
    });

    test('of another kind’s uuid, or of none that there is, deletes nothing', async (context) => {
      const store = await open(context);
      const { uuid, service, models } = await prepare(store);
      const others = [service.uuid, models[0]?.uuid ?? '', uuid.toUpperCase(), UNKNOWN];
      await addedModel(store, { modelCenterUuid: UNKNOWN });
      await addedModel(store, { modelCenterUuid: '' });
      const before = await contents(store);
      for (const other of [...others, '', '%', '\0', '\ud800']) {
        for (const withContents of [false, true]) {
          const deleting = store.deleteModelCenter(other, { withContents }, nothing);
          await expect(deleting, other).resolves.toBeUndefined();
        }
      }
      expect(await contents(store)).toEqual(before);
    });

    test('deletes hundreds of models', async (context) => {
      const store = await open(context);
      const { uuid } = await addedCenter(store);
      const models = Array.from({ length: 500 }, () =>
        addedModel(store, { modelCenterUuid: uuid }),
      );
      await Promise.all(models);
      const stored = await addedModel(store);
      await store.deleteModelCenter(uuid, { withContents: true }, nothing);
      expect(uuidsOf(await store.list('Model', ALL))).toEqual([stored.uuid]);
    });
  });
}
