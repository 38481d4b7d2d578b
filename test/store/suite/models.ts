import { describe, expect, test } from 'vitest';
import type { Model, ModelServiceRef } from '../../../src/domain/records.ts';
import type { Store, WriteExtras } from '../../../src/domain/store.ts';
import type { Finishing } from '../../support/folder.ts';
import { extras, model, newUuid, ref, tag } from '../../support/records.ts';
import { first } from '../../support/results.ts';
import {
  added,
  addedModel,
  expectRejection,
  type OpenStore,
  pathReference,
  set,
  UNKNOWN,
  wholeList,
} from '../../support/stores.ts';

/** Models, and their refs. */
export function describeModels(open: OpenStore): void {
  describe('a model', () => {
    test('comes back with its refs, in the order they were given', async (context) => {
      const store = await open(context);
      const services = [await added(store), await added(store), await added(store)];
      const { uuid } = model();
      const refs = services
        .toSorted((a, b) => (a.uuid < b.uuid ? 1 : -1))
        .map((service, index) => ref(uuid, service.uuid, { isDefault: index === 1 }));
      const bound = await addedModel(store, { uuid, modelServiceRefs: refs });

      expect(set(await store.find('Model', uuid))).toEqual(bound);
      expect(set(await wholeList(store, 'Model'))).toEqual([bound]);
      for (const service of services) {
        const expected = refs.filter((one) => one.modelServiceUuid === service.uuid);
        expect((await store.find('ModelService', service.uuid))?.modelServiceRefs).toEqual(
          expected,
        );
      }
    });
  });

  describe('changing a model', () => {
    const change = (
      store: Store,
      uuid: string,
      make: (current: Model) => Model,
      given: Partial<WriteExtras> = {},
    ) => {
      const references = [pathReference(uuid, 'ModelVO')];
      return store.changeResources('Model', [uuid], make, extras({ references, ...given }), first);
    };

    describe('that has refs', () => {
      /** A model that is bound to three services, to the second by default, and a service it isn't. */
      const prepare = async (context: Finishing) => {
        const store = await open(context);
        const services = [await added(store), await added(store), await added(store)];
        const free = await added(store);
        const { uuid } = model();
        const refs = services
          .toSorted((a, b) => (a.uuid < b.uuid ? 1 : -1))
          .map((service, index) => ref(uuid, service.uuid, { isDefault: index === 1 }));
        const record = await addedModel(store, { uuid, modelServiceRefs: refs });
        const changeRefs = (make: (refs: ModelServiceRef[]) => ModelServiceRef[]) =>
          change(store, uuid, (current) => ({
            ...current,
            modelServiceRefs: make(current.modelServiceRefs),
          }));
        /** Both sides of the stored binding. */
        const expectRefs = async (expected: ModelServiceRef[]) => {
          expect((await store.find('Model', uuid))?.modelServiceRefs).toEqual(expected);
          for (const service of [...services, free]) {
            const ofService = await store.find('ModelService', service.uuid);
            expect(ofService?.modelServiceRefs).toEqual(
              expected.filter(({ modelServiceUuid }) => modelServiceUuid === service.uuid),
            );
          }
        };
        return { store, uuid, refs, record, free: free.uuid, changeRefs, expectRefs };
      };
      const markOnly = (index: number) => (refs: ModelServiceRef[]) =>
        refs.map((one, at) => ({ ...one, isDefault: at === index }));

      test.for([0, 1, 2])('marks the one at %i as the only default', async (index, context) => {
        const { record, refs, changeRefs, expectRefs } = await prepare(context);
        const expected = markOnly(index)(refs);
        const answered = await changeRefs(markOnly(index));
        expect(set(answered)).toEqual({ ...record, modelServiceRefs: expected });
        await expectRefs(expected);
      });

      test('clears the default and retains its ref', async (context) => {
        const { refs, changeRefs, expectRefs } = await prepare(context);
        for (const _ of ['with a default', 'without']) {
          const { modelServiceRefs } = await changeRefs(markOnly(-1));
          expect(modelServiceRefs).toEqual(markOnly(-1)(refs));
          await expectRefs(markOnly(-1)(refs));
        }
        await changeRefs(markOnly(2));
        await expectRefs(markOnly(2)(refs));
      });

      test.for([
        ['as another', false],
        ['as the default', true],
      ] as const)('adds a new one behind the others, %s', async ([, isDefault], context) => {
        const { refs, uuid, free, changeRefs, expectRefs } = await prepare(context);
        const add = ref(uuid, free, { isDefault, uuid: '0'.repeat(32) });
        const make = (present: ModelServiceRef[]) => [
          ...(isDefault ? markOnly(-1)(present) : present),
          add,
        ];
        const { modelServiceRefs } = await changeRefs(make);
        expect(modelServiceRefs).toEqual(make(refs));
        await expectRefs(make(refs));
      });

      test('does not change them unless the change does', async (context) => {
        const { store, uuid, refs, expectRefs } = await prepare(context);
        await change(store, uuid, (current) => ({ ...current, name: 'changed' }));
        await expectRefs(refs);
      });

      test('does not change another model’s default, also of the same service', async (context) => {
        const { store, refs, changeRefs } = await prepare(context);
        const other = newUuid();
        const [service = ''] = refs.map(({ modelServiceUuid }) => modelServiceUuid);
        const modelServiceRefs = [ref(other, service, { isDefault: true })];
        await addedModel(store, { uuid: other, modelServiceRefs });
        for (const index of [0, -1]) {
          await changeRefs(markOnly(index));
          expect((await store.find('Model', other))?.modelServiceRefs).toEqual(modelServiceRefs);
        }
      });

      test.for<
        [string, (refs: ModelServiceRef[], uuid: string, free: string) => ModelServiceRef[]]
      >([
        ['two defaults', (refs) => refs.map((one) => ({ ...one, isDefault: true }))],
        [
          'a new default beside the old',
          (refs, uuid, free) => [...refs, ref(uuid, free, { isDefault: true })],
        ],
        ['a ref to an unknown service', (refs, uuid) => [...refs, ref(uuid, UNKNOWN)]],
        [
          'an unknown service as the default',
          (refs, uuid) => [...markOnly(-1)(refs), ref(uuid, UNKNOWN, { isDefault: true })],
        ],
        [
          'a new ref with the uuid of another',
          (refs, uuid, free) => [...refs, { ...ref(uuid, free), uuid: refs[0]?.uuid ?? '' }],
        ],
      ])('rejects %s, and changes nothing', async ([, make], context) => {
        const { store, uuid, free } = await prepare(context);
        const tags = [tag(uuid, 'a tag', { resourceType: 'ModelVO' })];
        const write = () =>
          change(
            store,
            uuid,
            (current) => ({
              ...current,
              name: 'changed',
              modelServiceRefs: make(current.modelServiceRefs, uuid, free),
            }),
            { tags },
          );
        await expectRejection(store, write, expect.anything());
      });

      test('gives one default where many change it at the same time, and each is answered with its own', async (context) => {
        const { store, uuid, changeRefs } = await prepare(context);
        const indexes = [0, 1, 2, 0, 2, 1, 0, 1, 2, 0, 2, 1];
        const answers = await Promise.all(indexes.map((index) => changeRefs(markOnly(index))));
        const places = ({ modelServiceRefs }: Model) =>
          modelServiceRefs.flatMap(({ isDefault }, place) => (isDefault ? [place] : []));
        expect(answers.map(places)).toEqual(indexes.map((index) => [index]));
        const stored = await store.find('Model', uuid);
        expect(stored && places(stored)).toHaveLength(1);
      });
    });
  });
}
