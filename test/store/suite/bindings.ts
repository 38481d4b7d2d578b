import { describe, expect, test } from 'vitest';
import type { ModelServiceRef } from '../../../src/domain/records.ts';
import type { Finishing } from '../../support/folder.ts';
import { extras, image, model, modelService, newUuid, ref, tag } from '../../support/records.ts';
import { asIs, nothing } from '../../support/results.ts';
import {
  ALL,
  added,
  addedModel,
  contents,
  expectRejection,
  type OpenStore,
  set,
  tagsOf,
  UNKNOWN,
} from '../../support/stores.ts';

/** What ties models to services. */
export function describeBindings(open: OpenStore): void {
  describe('binding', () => {
    test('adds a ref and answers the service with it', async (context) => {
      const store = await open(context);
      const [first, second] = [await addedModel(store), await addedModel(store)];
      const { uuid } = modelService();
      const service = await added(store, { uuid, modelServiceImages: [image(uuid)] });
      const refs = [ref(second.uuid, uuid), ref(first.uuid, uuid)];
      const answers = [];
      for (const one of refs) answers.push(await store.bindModelToService(one, extras(), asIs));

      const expected = { ...service, modelServiceRefs: refs };
      expect(set(answers[1])).toEqual(expected);
      expect(set(await store.find('ModelService', uuid))).toEqual(expected);
      expect((await store.find('Model', first.uuid))?.modelServiceRefs).toEqual([refs[1]]);
    });

    test('retains the first ref of a pair that is bound again', async (context) => {
      const store = await open(context);
      const [bound, service] = [await addedModel(store), await added(store)];
      const first = ref(bound.uuid, service.uuid);
      const tags = ['first', 'second'].map((text, createDate) =>
        tag(service.uuid, text, { createDate }),
      );
      const bind = (text: string) =>
        store.bindModelToService(
          { ...first, uuid: text === 'first' ? first.uuid : newUuid() },
          extras({ tags: tags.filter((one) => one.tag === text) }),
          asIs,
        );
      const answer = await bind('first');
      expect(await bind('second')).toEqual(answer);
      expect(set(answer)).toEqual({ ...service, modelServiceRefs: [first] });
      expect(await tagsOf(store, service.uuid)).toEqual(tags);
    });

    test('stores one ref for concurrent calls', async (context) => {
      const store = await open(context);
      const [bound, service] = [await addedModel(store), await added(store)];
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          store.bindModelToService(ref(bound.uuid, service.uuid), extras(), asIs),
        ),
      );
      expect(answers[0]?.modelServiceRefs).toHaveLength(1);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    test('gives a model one default service at most', async (context) => {
      const store = await open(context);
      const services = [await added(store), await added(store), await added(store)];
      const [first = '', second = '', third = ''] = services.map(({ uuid }) => uuid);
      const { uuid } = model();
      const isDefault = { isDefault: true };
      await addedModel(store, { uuid, modelServiceRefs: [ref(uuid, first, isDefault)] });

      const bind = () => store.bindModelToService(ref(uuid, second, isDefault), extras(), asIs);
      await expectRejection(store, bind, expect.anything());
      const other = model();
      const twice = [ref(other.uuid, first, isDefault), ref(other.uuid, second, isDefault)];
      const add = () =>
        store.addResource('Model', { ...other, modelServiceRefs: twice }, extras(), nothing);
      await expectRejection(store, add, expect.anything());

      await store.bindModelToService(ref(uuid, third), extras(), asIs);
      const another = await addedModel(store);
      await store.bindModelToService(ref(another.uuid, first, isDefault), extras(), asIs);
      expect((await store.find('ModelService', first))?.modelServiceRefs).toMatchObject([
        { modelUuid: uuid, isDefault: true },
        { modelUuid: another.uuid, isDefault: true },
      ]);
    });
  });

  describe('unbinding', () => {
    /** Two models, both bound to both of two services. */
    const bound = async (context: Finishing) => {
      const store = await open(context);
      const models = [await addedModel(store), await addedModel(store)];
      const services = [await added(store), await added(store)];
      const refs = models.flatMap((one) =>
        services.map((service) =>
          ref(one.uuid, service.uuid, { isDefault: service === services[0] }),
        ),
      );
      for (const one of refs) await store.bindModelToService(one, extras(), asIs);
      const refsNow = async () => {
        const now = await store.list('ModelService', ALL);
        return now.flatMap(({ modelServiceRefs = [] }) => modelServiceRefs).map(({ uuid }) => uuid);
      };
      return { store, refs: refs as [ModelServiceRef, ...ModelServiceRef[]], refsNow };
    };

    test('removes that one ref, on both its sides', async (context) => {
      const { store, refs, refsNow } = await bound(context);
      const [first, ...others] = refs;
      await store.unbindModelFromService(first.modelUuid, first.modelServiceUuid, nothing);
      expect((await refsNow()).toSorted()).toEqual(others.map(({ uuid }) => uuid).toSorted());
      const ofModel = await store.find('Model', first.modelUuid);
      expect(ofModel?.modelServiceRefs).toEqual(
        others.filter(({ modelUuid }) => modelUuid === first.modelUuid),
      );
      const ofService = await store.find('ModelService', first.modelServiceUuid);
      expect(ofService?.modelServiceRefs).toEqual(
        others.filter(({ modelServiceUuid }) => modelServiceUuid === first.modelServiceUuid),
      );
    });

    test('of an unbound pair changes nothing', async (context) => {
      const { store, refs } = await bound(context);
      const [{ uuid, modelUuid, modelServiceUuid }] = refs;
      const before = await contents(store);
      const pairs: [modelUuid: string, modelServiceUuid: string][] = [
        [UNKNOWN, modelServiceUuid],
        [modelUuid, UNKNOWN],
        [modelServiceUuid, modelUuid],
        [uuid, uuid],
        [modelUuid.toUpperCase(), modelServiceUuid.toUpperCase()],
        [modelUuid, ` ${modelServiceUuid}`],
        ['%', '%'],
        ['', ''],
        ['\0', '\ud800'],
      ];
      for (const pair of pairs) {
        await expect(
          store.unbindModelFromService(...pair, nothing),
          pair.join(),
        ).resolves.toBeUndefined();
        expect(await contents(store), pair.join()).toEqual(before);
      }
    });

    test('succeeds again, and the pair can be bound anew', async (context) => {
      const { store, refs } = await bound(context);
      const [{ modelUuid, modelServiceUuid }, second] = refs;
      for (const _ of [1, 2, 3])
        await store.unbindModelFromService(modelUuid, modelServiceUuid, nothing);
      const anew = ref(modelUuid, modelServiceUuid, { isDefault: true });
      await store.bindModelToService(anew, extras(), asIs);
      expect((await store.find('Model', modelUuid))?.modelServiceRefs).toEqual([second, anew]);
    });
  });
}
