import { describe, expect, test } from 'vitest';
import { parseSort } from '../../../src/domain/query-language.ts';
import type { ModelService } from '../../../src/domain/records.ts';
import type { Sort, Store, WriteExtras } from '../../../src/domain/store.ts';
import {
  everyServiceField,
  extras,
  image,
  modelService,
  newUuid,
  ref,
  tag,
} from '../../support/records.ts';
import { asIs, first, nothing } from '../../support/results.ts';
import {
  added,
  addedModel,
  alreadyUsed,
  byAge,
  expectRejection,
  type OpenStore,
  pathReference,
  set,
  tagsOf,
  uuidsOf,
  wholeList,
} from '../../support/stores.ts';

/** Services, with their images and refs. */
export function describeServices(open: OpenStore): void {
  describe('a service', () => {
    test('comes back with its images and refs, in the order they were given', async (context) => {
      const store = await open(context);
      const models = [await addedModel(store), await addedModel(store), await addedModel(store)];
      const { uuid } = modelService();
      const images = ['f', '0', '8'].map((digit) =>
        image(uuid, { uuid: digit.repeat(32), dockerImage: digit, vmImageUuid: newUuid() }),
      );
      const refs = models
        .toSorted((a, b) => (a.uuid < b.uuid ? 1 : -1))
        .map((bound, index) => ref(bound.uuid, uuid, { isDefault: index === 1 }));
      const service = await added(store, {
        uuid,
        modelServiceImages: images,
        modelServiceRefs: refs,
      });
      const other = await added(store);

      expect(set(await store.find('ModelService', uuid))).toEqual(service);
      expect(set(await wholeList(store, 'ModelService'))).toEqual(byAge([service, other]));
      for (const bound of models) {
        const expected = refs.filter(({ modelUuid }) => modelUuid === bound.uuid);
        expect((await store.find('Model', bound.uuid))?.modelServiceRefs).toEqual(expected);
      }
    });

    test('stores a yaml of a mebibyte', async (context) => {
      const store = await open(context);
      const yaml = '键: "\\"值😀\\"" # \r\n'.repeat(2 ** 16);
      expect(Buffer.byteLength(yaml)).toBeGreaterThan(2 ** 20);
      const { uuid } = await added(store, { yaml });
      const found = await store.find('ModelService', uuid);
      expect(found?.yaml === yaml).toBe(true);
    });

    test('of a page has its own images and refs', async (context) => {
      const store = await open(context);
      const bound = [await addedModel(store), await addedModel(store)];
      const services = Array.from({ length: 6 }, (_, index) => {
        const uuid = newUuid();
        return modelService({
          uuid,
          name: `service ${5 - index}`,
          modelServiceImages: Array.from({ length: index % 3 }, () => image(uuid)),
          modelServiceRefs: bound.slice(0, index % 3).map((one) => ref(one.uuid, uuid)),
        });
      });
      for (const service of services)
        await store.addResource('ModelService', service, extras(), nothing);
      const page = await store.list('ModelService', {
        conditions: [],
        sort: parseSort('ModelService', '-name') as Sort,
        start: 1,
        limit: 4,
      });
      const parts = ({ modelServiceImages = [], modelServiceRefs = [] }: (typeof page)[number]) => [
        uuidsOf(modelServiceImages),
        uuidsOf(modelServiceRefs),
      ];
      expect(page.map(parts)).toEqual(services.slice(1, 5).map(parts));
    });
  });

  describe('changing a service', () => {
    const change = (
      store: Store,
      uuid: string,
      make: (current: ModelService) => ModelService,
      given: Partial<WriteExtras> = {},
    ) =>
      store.changeResources(
        'ModelService',
        [uuid],
        make,
        extras({ references: [pathReference(uuid)], ...given }),
        first,
      );

    test('passes in images and refs as well, and answers what it stores', async (context) => {
      const store = await open(context);
      const bound = await addedModel(store);
      const { uuid } = modelService();
      const service = await added(store, {
        uuid,
        readme: 'a readme',
        modelServiceImages: [image(uuid), image(uuid)],
        modelServiceRefs: [ref(bound.uuid, uuid)],
      });
      const other = await added(store);
      const changed = { ...service, ...everyServiceField(), uuid };

      let seen: unknown;
      const answered = await change(store, uuid, (current) => {
        seen = current;
        return changed;
      });

      expect(set(seen)).toEqual(service);
      expect(set(answered)).toEqual(changed);
      expect(set(await store.find('ModelService', uuid))).toEqual(changed);
      expect(set(await store.find('ModelService', other.uuid))).toEqual(other);
      expect(await store.count('ModelService', [])).toBe(2);
    });

    test.for<[string, (uuid: string, current: ModelService) => ModelService['modelServiceImages']]>(
      [
        ['others', (uuid: string) => [image(uuid), image(uuid), image(uuid)]],
        ['none', () => []],
        [
          'some of the same',
          (_uuid: string, current: ModelService) => [
            ...current.modelServiceImages.slice(1),
            image(current.uuid),
          ],
        ],
      ],
    )('replaces its images: %s', async ([, make], context) => {
      const store = await open(context);
      const { uuid } = modelService();
      const service = await added(store, {
        uuid,
        modelServiceImages: [image(uuid), image(uuid)],
      });
      const other = newUuid();
      const neighbour = await added(store, { uuid: other, modelServiceImages: [image(other)] });
      const changed = { ...service, modelServiceImages: make(uuid, service) };
      await change(store, uuid, () => changed);
      expect(set(await store.find('ModelService', uuid))).toEqual(changed);
      expect(set(await store.find('ModelService', other))).toEqual(neighbour);
    });

    test('does not change its refs', async (context) => {
      const store = await open(context);
      const bound = await addedModel(store);
      const { uuid } = modelService();
      const service = await added(store, { uuid, modelServiceRefs: [ref(bound.uuid, uuid)] });
      await change(store, uuid, (current) => ({ ...current, modelServiceRefs: [] }));
      expect(set(await store.find('ModelService', uuid))).toEqual(service);
    });
  });

  describe('cloning a service', () => {
    test('adds the copy of the source, and answers it', async (context) => {
      const store = await open(context);
      const bound = await addedModel(store);
      const { uuid } = modelService();
      const source = await added(store, {
        ...everyServiceField(),
        uuid,
        modelServiceImages: [image(uuid)],
        modelServiceRefs: [ref(bound.uuid, uuid, { isDefault: true })],
      });
      const clone = newUuid();
      const derived = {
        ...source,
        uuid: clone,
        name: 'a clone',
        createDate: source.createDate + 1,
        modelServiceImages: [image(clone), image(clone)],
        modelServiceRefs: [ref(bound.uuid, clone)],
      };
      const tags = [tag(clone, 'a tag')];

      let seen: unknown;
      const answered = await store.deriveResource(
        'ModelService',
        uuid,
        (current) => {
          seen = current;
          return derived;
        },
        extras({ references: [pathReference(uuid)], tags }),
        asIs,
      );

      expect(set(seen)).toEqual(source);
      expect(set(answered)).toEqual(derived);
      expect(set(await wholeList(store, 'ModelService'))).toEqual([source, derived]);
      expect(await tagsOf(store, clone)).toEqual(tags);
      expect(await tagsOf(store, uuid)).toEqual([]);
    });

    test('adds nothing when deriving throws, or derives a uuid in use', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const clone = (derive: (source: ModelService) => ModelService) => () =>
        store.deriveResource(
          'ModelService',
          uuid,
          derive,
          extras({ tags: [tag(uuid, 'a tag')] }),
          asIs,
        );
      const error = new Error('no such clone');
      const throwing = () => {
        throw error;
      };
      await expectRejection(store, clone(throwing), error);
      await expectRejection(
        store,
        clone((source) => source),
        alreadyUsed(uuid),
      );
    });
  });
}
