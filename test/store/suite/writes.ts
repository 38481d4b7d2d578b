import { describe, expect, test } from 'vitest';
import type { Model, ModelCenter, ModelService, Tag } from '../../../src/domain/records.ts';
import type { Reference, Store, WriteExtras } from '../../../src/domain/store.ts';
import type { Finishing } from '../../support/folder.ts';
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
import { storeCalls, writeFixtures } from '../../support/store-writes.ts';
import {
  added,
  addedCenter,
  addedModel,
  alreadyUsed,
  contents,
  expectRejection,
  failure,
  notFound,
  type OpenStore,
  UNKNOWN,
} from '../../support/stores.ts';

interface Prepared {
  store: Store;
  bound: Model;
  center: ModelCenter;
  /** It carries the tags. */
  service: ModelService;
  tags: readonly Tag[];
}

/** What all writes have in common. */
export function describeWrites(open: OpenStore): void {
  const prepare = async (context: Finishing): Promise<Prepared> => {
    const store = await open(context);
    const bound = await addedModel(store);
    const center = await addedCenter(store);
    const service = modelService();
    const tags = [tag(service.uuid, 'there')];
    await store.addModelService(service, extras({ tags }), nothing);
    return { store, bound, center, service, tags };
  };

  const writes: [string, (prepared: Prepared, given: WriteExtras) => Promise<unknown>][] = [
    [
      'adding a service',
      ({ store }, given) => store.addModelService(modelService(), given, nothing),
    ],
    ['adding a model', ({ store }, given) => store.addModel(model(), given, nothing)],
    ['adding a center', ({ store }, given) => store.addModelCenter(modelCenter(), given, asIs)],
    [
      'changing a service',
      ({ store, service: { uuid } }, given) =>
        store.changeModelService(uuid, (current) => ({ ...current, name: 'changed' }), given, asIs),
    ],
    [
      'changing a model',
      ({ store, bound: { uuid } }, given) =>
        store.changeModel(uuid, (current) => ({ ...current, name: 'changed' }), given, asIs),
    ],
    [
      'changing a center',
      ({ store, center: { uuid } }, given) =>
        store.changeModelCenter(uuid, (current) => ({ ...current, name: 'changed' }), given, asIs),
    ],
    [
      'cloning a service',
      ({ store, service: { uuid } }, given) =>
        store.cloneModelService(uuid, (source) => ({ ...source, uuid: newUuid() }), given, asIs),
    ],
    [
      'binding',
      ({ store, bound, service }, given) =>
        store.bindModelToService(ref(bound.uuid, service.uuid), given, asIs),
    ],
  ];

  /** References that miss something, and the sentence that says what. */
  const missing: [string, (prepared: Prepared) => Reference[], string][] = [
    [
      'one',
      () => [{ field: 'uuid', type: 'ModelVO', uuids: [UNKNOWN], list: false }],
      `invalid field[uuid], resource[uuid:${UNKNOWN}, type:ModelVO] not found`,
    ],
    [
      'those of a list',
      ({ bound: { uuid } }) => [
        { field: 'modelUuids', type: 'ModelVO', uuids: ['b', uuid, 'a'], list: true },
      ],
      'invalid field[modelUuids], resource[uuids:[b, a], type:ModelVO] not found',
    ],
    [
      'the only one of a list',
      () => [{ field: 'tagUuids', type: 'TagVO', uuids: ['😀'], list: true }],
      'invalid field[tagUuids], resource[uuids:[😀], type:TagVO] not found',
    ],
    [
      'one of another kind',
      ({ bound: { uuid } }) => [{ field: 's', type: 'ModelServiceVO', uuids: [uuid], list: false }],
      'invalid field[s], resource[uuid:MODEL, type:ModelServiceVO] not found',
    ],
    [
      'a center',
      ({ service: { uuid } }) => [
        { field: 'modelCenterUuid', type: 'ModelCenterVO', uuids: [uuid], list: false },
      ],
      'invalid field[modelCenterUuid], resource[uuid:SERVICE, type:ModelCenterVO] not found',
    ],
    [
      'the first of several',
      ({ bound: { uuid } }) => [
        { field: 'a', type: 'ModelVO', uuids: [uuid], list: false },
        { field: 'b', type: 'TagVO', uuids: ['x'], list: false },
        { field: 'c', type: 'ModelVO', uuids: ['y'], list: false },
      ],
      'invalid field[b], resource[uuid:x, type:TagVO] not found',
    ],
  ];

  describe.each(writes)('%s', (_name, write) => {
    test('is refused when references miss something', async (context) => {
      const prepared = await prepare(context);
      const { store, bound, service } = prepared;
      for (const [what, references, sentence] of missing) {
        const tags = [tag(service.uuid, `without ${what}`)];
        const given = extras({ references: references(prepared), tags });
        const expected = sentence.replace('MODEL', bound.uuid).replace('SERVICE', service.uuid);
        await expectRejection(store, () => write(prepared, given), notFound(expected));
      }
    });

    test('is done when references name what is there, also twice or not at all', async (context) => {
      const prepared = await prepare(context);
      const { store, bound, center, service, tags } = prepared;
      const references: Reference[] = [
        { field: 'a', type: 'ModelVO', uuids: [bound.uuid, bound.uuid], list: true },
        { field: 'b', type: 'ModelServiceVO', uuids: [service.uuid], list: false },
        { field: 'c', type: 'TagVO', uuids: tags.map(({ uuid }) => uuid), list: true },
        { field: 'd', type: 'ModelCenterVO', uuids: [center.uuid], list: false },
        { field: 'e', type: 'ModelCenterVO', uuids: [], list: true },
      ];
      const before = await contents(store);
      await write(prepared, extras({ references }));
      expect(await contents(store)).not.toEqual(before);
    });

    test('leaves nothing behind when its last part can not be kept', async (context) => {
      const prepared = await prepare(context);
      const { store, service, tags } = prepared;
      // A tag's uuid that is taken: what comes before it has been written by then.
      const failing = tag(service.uuid, 'new', { uuid: tags[0]?.uuid ?? '' });
      const given = extras({ tags: [tag(service.uuid, 'also new'), failing] });
      await expectRejection(store, () => write(prepared, given), expect.anything());
    });
  });

  test.for<[string, (store: Store, service: ModelService) => Promise<unknown>]>([
    [
      'a service bound to an unknown model',
      (store) => {
        const { uuid } = modelService();
        return store.addModelService(
          modelService({ uuid, modelServiceRefs: [ref(UNKNOWN, uuid)] }),
          extras(),
          nothing,
        );
      },
    ],
    [
      'a service with an image that is another’s',
      (store, { modelServiceImages }) =>
        store.addModelService(
          modelService({ modelServiceImages: [...modelServiceImages] }),
          extras(),
          nothing,
        ),
    ],
    [
      'a change to an image that is another’s',
      (store, { uuid, modelServiceImages }) =>
        store.changeModelService(
          uuid,
          (current) => ({
            ...current,
            name: 'changed',
            modelServiceImages: [...modelServiceImages, ...modelServiceImages],
          }),
          extras(),
          asIs,
        ),
    ],
    [
      'a model bound to an unknown service',
      (store) => {
        const { uuid } = model();
        return store.addModel(
          model({ uuid, modelServiceRefs: [ref(uuid, UNKNOWN)] }),
          extras(),
          nothing,
        );
      },
    ],
    [
      'a binding of an unknown model',
      (store, { uuid }) => store.bindModelToService(ref(UNKNOWN, uuid), extras(), asIs),
    ],
    [
      'a change of an unknown service',
      (store) => store.changeModelService(UNKNOWN, (current) => current, extras(), asIs),
    ],
    [
      'a change of an unknown model',
      (store) => store.changeModel(UNKNOWN, (current) => current, extras(), asIs),
    ],
    [
      'a change of an unknown center',
      (store) => store.changeModelCenter(UNKNOWN, (current) => current, extras(), asIs),
    ],
    [
      'a change of a model by the uuid of a service',
      (store, { uuid }) => store.changeModel(uuid, (current) => current, extras(), asIs),
    ],
    [
      'a tag on an unknown resource',
      (store) => store.addModel(model(), extras({ tags: [tag(UNKNOWN, 'a tag')] }), nothing),
    ],
    [
      'a clone of an unknown service',
      (store) => store.cloneModelService(UNKNOWN, (source) => source, extras(), asIs),
    ],
  ])('refuses %s, even when no reference was to be checked', async ([, write], context) => {
    const store = await open(context);
    const { uuid } = modelService();
    const service = await added(store, { uuid, modelServiceImages: [image(uuid)] });
    await expectRejection(store, () => write(store, service), expect.anything());
  });

  test('takes a list of a hundred thousand uuids', async (context) => {
    const store = await open(context);
    const { uuid } = await addedModel(store);
    const uuids = Array.from({ length: 99_999 }, newUuid);
    const reference = {
      field: 'f',
      type: 'ModelVO',
      uuids: [uuid, ...uuids],
      list: true,
    } as const;
    const write = () => store.addModel(model(), extras({ references: [reference] }), nothing);
    await expectRejection(
      store,
      write,
      notFound(`invalid field[f], resource[uuids:[${uuids.join(', ')}], type:ModelVO] not found`),
    );
  });

  test('does all of many writes at the same time', async (context) => {
    const store = await open(context);
    const uuid = newUuid();
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 30 }, () => store.addModelService(modelService(), extras(), nothing)),
      ...Array.from({ length: 5 }, () => store.addModel(model({ uuid }), extras(), nothing)),
    ]);
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual(Array(4).fill({ status: 'rejected', reason: alreadyUsed(uuid) }));
    expect(await store.count('ModelService', [])).toBe(30);
    expect(await store.count('Model', [])).toBe(1);
  });

  test('answers until it is closed, then rejects every call', async (context) => {
    const fixtures = await writeFixtures(await open(context));
    const { store } = fixtures;
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
    for (const [name, call] of Object.entries(storeCalls(fixtures))) {
      await expect(call(), name).rejects.toEqual(failure('SYS.1010', 'the database is closed'));
    }
    await expect(store.close()).resolves.toBeUndefined();
  });
}
