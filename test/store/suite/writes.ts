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

const renamed = <Stored extends object>(current: Stored) => ({ ...current, name: 'changed' });

/** What all writes have in common. */
export function describeWrites(open: OpenStore): void {
  const prepare = async (context: Finishing): Promise<Prepared> => {
    const store = await open(context);
    const bound = await addedModel(store);
    const center = await addedCenter(store);
    const service = modelService();
    const tags = [tag(service.uuid, 'there')];
    await store.addResource('ModelService', service, extras({ tags }), nothing);
    return { store, bound, center, service, tags };
  };

  const writes: Record<string, (prepared: Prepared, given: WriteExtras) => Promise<unknown>> = {
    'adding a service': ({ store }, given) =>
      store.addResource('ModelService', modelService(), given, nothing),
    'adding a model': ({ store }, given) => store.addResource('Model', model(), given, nothing),
    'adding a center': ({ store }, given) =>
      store.addResource('ModelCenter', modelCenter(), given, asIs),
    'changing a service': ({ store, service: { uuid } }, given) =>
      store.changeResources('ModelService', [uuid], renamed, given, asIs),
    'changing a model': ({ store, bound: { uuid } }, given) =>
      store.changeResources('Model', [uuid], renamed, given, asIs),
    'changing a center': ({ store, center: { uuid } }, given) =>
      store.changeResources('ModelCenter', [uuid], renamed, given, asIs),
    'cloning a service': ({ store, service: { uuid } }, given) =>
      store.deriveResource(
        'ModelService',
        uuid,
        (source) => ({ ...source, uuid: newUuid() }),
        given,
        asIs,
      ),
    binding: ({ store, bound, service }, given) =>
      store.bindModelToService(ref(bound.uuid, service.uuid), given, asIs),
  };

  const one = (field: string, type: Reference['type'], uuid: string): Reference => ({
    field,
    type,
    uuids: [uuid],
    list: false,
  });

  /** References that miss something, and the resource that the error names. */
  const missing: [string, (prepared: Prepared) => Reference[], string][] = [
    [
      'one',
      () => [one('uuid', 'ModelVO', UNKNOWN)],
      `[uuid], resource[uuid:${UNKNOWN}, type:ModelVO]`,
    ],
    [
      'those of a list',
      ({ bound: { uuid } }) => [
        { field: 'modelUuids', type: 'ModelVO', uuids: ['b', uuid, 'a'], list: true },
      ],
      '[modelUuids], resource[uuids:[b, a], type:ModelVO]',
    ],
    [
      'the only one of a list',
      () => [{ ...one('tagUuids', 'TagVO', '😀'), list: true }],
      '[tagUuids], resource[uuids:[😀], type:TagVO]',
    ],
    [
      'one of another kind',
      ({ bound: { uuid } }) => [one('s', 'ModelServiceVO', uuid)],
      '[s], resource[uuid:MODEL, type:ModelServiceVO]',
    ],
    [
      'a center',
      ({ service: { uuid } }) => [one('modelCenterUuid', 'ModelCenterVO', uuid)],
      '[modelCenterUuid], resource[uuid:SERVICE, type:ModelCenterVO]',
    ],
    [
      'the first of several',
      ({ bound: { uuid } }) => [
        one('a', 'ModelVO', uuid),
        one('b', 'TagVO', 'x'),
        one('c', 'ModelVO', 'y'),
      ],
      '[b], resource[uuid:x, type:TagVO]',
    ],
  ];

  describe.each(Object.entries(writes))('%s', (_name, write) => {
    test('is rejected when references miss something', async (context) => {
      const prepared = await prepare(context);
      const { store, bound, service } = prepared;
      for (const [what, references, named] of missing) {
        const tags = [tag(service.uuid, `without ${what}`)];
        const given = extras({ references: references(prepared), tags });
        const expected = named.replace('MODEL', bound.uuid).replace('SERVICE', service.uuid);
        await expectRejection(
          store,
          () => write(prepared, given),
          notFound(`invalid field${expected} not found`),
        );
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

    test('leaves nothing behind when its last part can not be stored', async (context) => {
      const prepared = await prepare(context);
      const { store, service, tags } = prepared;
      // A tag's uuid in use: the rows before it have been written by then.
      const failing = tag(service.uuid, 'new', { uuid: tags[0]?.uuid ?? '' });
      const given = extras({ tags: [tag(service.uuid, 'also new'), failing] });
      await expectRejection(store, () => write(prepared, given), expect.anything());
    });
  });

  const noResult = () => {
    throw new Error('no result');
  };
  const unchecked: Record<string, (store: Store, service: ModelService) => Promise<unknown>> = {
    'a service bound to an unknown model': (store) => {
      const { uuid } = modelService();
      const bound = modelService({ uuid, modelServiceRefs: [ref(UNKNOWN, uuid)] });
      return store.addResource('ModelService', bound, extras(), nothing);
    },
    'a service with an image that is another’s': (store, { modelServiceImages }) =>
      store.addResource('ModelService', modelService({ modelServiceImages }), extras(), nothing),
    'a change that has an image twice': (store, { uuid, modelServiceImages: images }) =>
      store.changeResources(
        'ModelService',
        [uuid],
        (current) => ({ ...renamed(current), modelServiceImages: [...images, ...images] }),
        extras(),
        asIs,
      ),
    'a model bound to an unknown service': (store) => {
      const { uuid } = model();
      const bound = model({ uuid, modelServiceRefs: [ref(uuid, UNKNOWN)] });
      return store.addResource('Model', bound, extras(), nothing);
    },
    'a binding of an unknown model': (store, { uuid }) =>
      store.bindModelToService(ref(UNKNOWN, uuid), extras(), asIs),
    'a change of an unknown service': (store) =>
      store.changeResources('ModelService', [UNKNOWN], asIs, extras(), asIs),
    'a change of an unknown model': (store) =>
      store.changeResources('Model', [UNKNOWN], asIs, extras(), asIs),
    'a change of an unknown center': (store) =>
      store.changeResources('ModelCenter', [UNKNOWN], asIs, extras(), asIs),
    'a change of a model by the uuid of a service': (store, { uuid }) =>
      store.changeResources('Model', [uuid], asIs, extras(), asIs),
    'a tag on an unknown resource': (store) =>
      store.addResource('Model', model(), extras({ tags: [tag(UNKNOWN, 'a tag')] }), nothing),
    'a clone of an unknown service': (store) =>
      store.deriveResource('ModelService', UNKNOWN, asIs, extras(), asIs),
    'a service that has no result': (store) =>
      store.addResource('ModelService', modelService(), extras(), noResult),
    'a model that has no result': (store) =>
      store.addResource('Model', model(), extras(), noResult),
  };
  test.for(Object.entries(unchecked))('rejects %s, even when no reference is checked', async ([
    ,
    write,
  ], context) => {
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
    const write = () =>
      store.addResource('Model', model(), extras({ references: [reference] }), nothing);
    await expectRejection(
      store,
      write,
      notFound(`invalid field[f], resource[uuids:[${uuids.join(', ')}], type:ModelVO] not found`),
    );
  });

  test('executes all of many concurrent writes', async (context) => {
    const store = await open(context);
    const uuid = newUuid();
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 30 }, () =>
        store.addResource('ModelService', modelService(), extras(), nothing),
      ),
      ...Array.from({ length: 5 }, () =>
        store.addResource('Model', model({ uuid }), extras(), nothing),
      ),
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
