import { describe, expect, test } from 'vitest';
import type { Store } from '../../../src/domain/store.ts';
import {
  extras,
  image,
  model,
  modelCenter,
  modelService,
  newUuid,
  ref,
  tag,
} from '../../support/records.ts';
import { asIs, nothing } from '../../support/results.ts';
import {
  ALL,
  added,
  addedCenter,
  addedModel,
  contents,
  type OpenStore,
  set,
  tagsOf,
  UNKNOWN,
  uuidsOf,
  wholeList,
} from '../../support/stores.ts';

/** Two services and two models, all bound to each other, each with all that can belong to it. */
async function fill(store: Store) {
  const [first, second] = [newUuid(), newUuid()];
  const services = [first, second].map((uuid) =>
    modelService({ uuid, modelServiceImages: [image(uuid), image(uuid)] }),
  );
  const models = [newUuid(), newUuid()].map((uuid) =>
    model({
      uuid,
      modelServiceRefs: services.map((service, index) =>
        ref(uuid, service.uuid, { isDefault: index === 0 }),
      ),
    }),
  );
  const tagsFor = (uuid: string, resourceType: 'ModelVO' | 'ModelServiceVO') =>
    (['User', 'System'] as const).map((type) => tag(uuid, 'a tag', { type, resourceType }));
  for (const service of services) {
    const tags = tagsFor(service.uuid, 'ModelServiceVO');
    await store.addResource('ModelService', service, extras({ tags }), nothing);
  }
  for (const record of models) {
    await store.addResource(
      'Model',
      record,
      extras({ tags: tagsFor(record.uuid, 'ModelVO') }),
      nothing,
    );
  }
  return { services, models };
}

/** Resources deleted by their uuids, with all that belongs to them. */
export function describeDeleting(open: OpenStore): void {
  describe('deleting', () => {
    test('a service is deleted with its images, refs and tags, and nothing else', async (context) => {
      const store = await open(context);
      const { services, models } = await fill(store);
      const [deleted, stored] = await wholeList(store, 'ModelService');
      await store.deleteResources('ModelServiceVO', [deleted?.uuid ?? ''], nothing);

      expect(await wholeList(store, 'ModelService')).toEqual([stored]);
      expect(await tagsOf(store, deleted?.uuid ?? '')).toEqual([]);
      expect(await tagsOf(store, stored?.uuid ?? '')).toHaveLength(2);
      for (const { uuid, modelServiceRefs } of models) {
        expect(set(await store.find('Model', uuid))).toMatchObject({
          modelServiceRefs: modelServiceRefs.filter((one) => one.modelServiceUuid === stored?.uuid),
        });
        expect(await tagsOf(store, uuid)).toHaveLength(2);
      }
      // Had an image or a ref stayed, its uuid would be taken.
      const again = services.find(({ uuid }) => uuid === deleted?.uuid) ?? modelService();
      const { modelServiceRefs = [] } = deleted ?? {};
      await store.addResource('ModelService', { ...again, modelServiceRefs }, extras(), nothing);
      expect(set(await store.find('ModelService', again.uuid))).toEqual(set(deleted));
      expect(await tagsOf(store, again.uuid)).toEqual([]);
    });

    test('a model is deleted with its refs and tags, and nothing else', async (context) => {
      const store = await open(context);
      const { services, models } = await fill(store);
      const [deleted = model(), stored = model()] = models;
      await store.deleteResources('ModelVO', [deleted.uuid], nothing);

      expect(set(await wholeList(store, 'Model'))).toEqual([stored]);
      expect(await tagsOf(store, deleted.uuid)).toEqual([]);
      expect(await tagsOf(store, stored.uuid)).toHaveLength(2);
      for (const { uuid, modelServiceImages } of services) {
        expect(set(await store.find('ModelService', uuid))).toMatchObject({
          modelServiceImages,
          modelServiceRefs: stored.modelServiceRefs.filter((one) => one.modelServiceUuid === uuid),
        });
      }
      await store.addResource('Model', deleted, extras(), nothing);
      expect(set(await store.find('Model', deleted.uuid))).toEqual(deleted);
      expect(await tagsOf(store, deleted.uuid)).toEqual([]);
    });

    test.for([
      ['ModelServiceVO', 'ModelVO'],
      ['ModelVO', 'ModelServiceVO'],
      ['ModelServiceVO', 'ModelCenterVO'],
      ['ModelVO', 'ModelCenterVO'],
    ] as const)('a %s by the uuid of a %s deletes nothing', async ([type, other], context) => {
      const store = await open(context);
      const { services, models } = await fill(store);
      const of = { ModelServiceVO: services, ModelVO: models, ModelCenterVO: [] };
      const uuids = [...of[other].map(({ uuid }) => uuid), (await addedCenter(store)).uuid];
      const before = await contents(store);
      await store.deleteResources(type, uuids, nothing);
      expect(await contents(store)).toEqual(before);
    });

    test('only unknown ones deletes nothing', async (context) => {
      const store = await open(context);
      await fill(store);
      // A uuid with letters, so that upper case is another text.
      const { uuid } = await addedModel(store, { uuid: `abcdef${newUuid().slice(6)}` });
      const before = await contents(store);
      for (const uuids of [
        [],
        [UNKNOWN],
        [uuid.toUpperCase()],
        [` ${uuid}`, `${uuid} `],
        ['%', '_'.repeat(32), '*'],
        [`${uuid}' OR '1'='1`, `"${uuid}"`, `["${uuid}"]`],
        ['', '\0', `${uuid}\0`, '\ud800', 'x'.repeat(1_000_000)],
      ]) {
        await expect(store.deleteResources('ModelVO', uuids, nothing)).resolves.toBeUndefined();
        expect(await contents(store), uuids.join().slice(0, 40)).toEqual(before);
      }
    });

    test('many at once deletes all of them', async (context) => {
      const store = await open(context);
      const service = await added(store);
      const uuids = Array.from({ length: 1000 }, newUuid);
      await Promise.all(
        uuids.map((uuid) =>
          addedModel(store, { uuid, modelServiceRefs: [ref(uuid, service.uuid)] }),
        ),
      );
      const [stored = '', ...deleted] = uuids;
      const unknown = Array.from({ length: 20_000 }, newUuid);
      await store.deleteResources('ModelVO', [...unknown, ...deleted], nothing);
      expect(uuidsOf(await store.list('Model', ALL))).toEqual([stored]);
      const { modelServiceRefs = [] } = (await store.find('ModelService', service.uuid)) ?? {};
      expect(modelServiceRefs.map(({ modelUuid }) => modelUuid)).toEqual([stored]);
    });

    test('frees the uuid for a resource of any kind', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      await store.deleteResources('ModelServiceVO', [uuid], nothing);
      await addedModel(store, { uuid });
      await store.deleteResources('ModelVO', [uuid], nothing);
      await store.addResource('ModelCenter', modelCenter({ uuid }), extras(), asIs);
      await store.deleteResources('ModelCenterVO', [uuid], nothing);
      const service = await added(store, { uuid });
      expect(set(await wholeList(store, 'ModelService'))).toEqual([service]);
    });
  });
}
