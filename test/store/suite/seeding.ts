import { describe, expect, test } from 'vitest';
import type { Resources, SystemTag, UserTag } from '../../../src/domain/records.ts';
import type { Store } from '../../../src/domain/store.ts';
import {
  extras,
  image,
  model,
  modelCenter,
  modelService,
  newJob,
  newUuid,
  noResources,
  ref,
  session,
  tag,
} from '../../support/records.ts';
import { asIs, nothing } from '../../support/results.ts';
import {
  type EveryResource,
  everyResource,
  seededModel,
  seededService,
} from '../../support/seeds.ts';
import {
  added,
  addedCenter,
  addedModel,
  alreadyUsed,
  contents,
  failure,
  notFound,
  type OpenStore,
  set,
  tagsOf,
  UNKNOWN,
  uuidsOf,
} from '../../support/stores.ts';

const ACCOUNT = newUuid();
const NOW = 1_764_071_500_000;

const userTag = (...given: Parameters<typeof tag>) => tag(...given) as UserTag;

/** Everything that the interface returns except sessions, which a failure must not change. */
async function everything(store: Store) {
  return set({
    contents: await contents(store),
    resources: await store.readResources(),
    hooks: await store.pendingHooks(),
  });
}

/** Adds by hand a resource of each kind, bound and tagged, and a job with a hook. */
async function fill(store: Store) {
  const center = await addedCenter(store);
  const bound = await addedModel(store, { modelCenterUuid: center.uuid });
  const uuid = newUuid();
  const service = await added(store, {
    uuid,
    modelServiceImages: [image(uuid)],
    modelServiceRefs: [ref(bound.uuid, uuid, { isDefault: true })],
  });
  const ownTag = userTag(uuid, 'by hand');
  await store.addTag(ownTag, nothing);
  const job = newJob({ hookUrl: 'http://127.0.0.1/hook' });
  await store.addFailedJob(job, {
    error: { code: 'SYS.1006', description: 'An operation failed', details: 'a' },
  });
  return { center, bound, service, ownTag, job };
}
type Filled = Awaited<ReturnType<typeof fill>>;

const taken = (field: string) => failure('SYS.1007', expect.stringContaining(`${field}.uuid`));
const missing = (field: string, type: string, uuid: string) =>
  notFound(`invalid field[${field}], resource[uuid:${uuid}, type:${type}] not found`);
const MISSING_SERVICE = ['modelServiceRefs[3].modelServiceUuid', 'ModelServiceVO'] as const;

/** Changes that make a store with these resources reject a seed, and the error. */
const rejected: [
  string,
  (seed: EveryResource, there: Filled) => Partial<Resources>,
  (there: Filled) => unknown,
][] = [
  [
    'a center with the uuid of a model',
    (_, { bound: { uuid } }) => ({ modelCenters: [modelCenter({ uuid })] }),
    () => taken('modelCenters[2]'),
  ],
  [
    'a model with the uuid of a service',
    (_, { service: { uuid } }) => ({ models: [seededModel({ uuid })] }),
    () => taken('models[2]'),
  ],
  [
    'a service with the uuid of a center',
    (_, { center: { uuid } }) => ({ modelServices: [seededService({ uuid })] }),
    () => taken('modelServices[2]'),
  ],
  [
    'a service with the uuid of a center of the same seed',
    (seed) => ({ modelServices: [seededService({ uuid: seed.modelCenters[0].uuid })] }),
    () => taken('modelServices[2]'),
  ],
  [
    'an image with the uuid of another service’s',
    (_, { service }) => {
      const uuid = newUuid();
      const used = image(uuid, { uuid: service.modelServiceImages[0]?.uuid as string });
      const modelServiceImages = [image(uuid), used];
      return { modelServices: [seededService({ uuid, modelServiceImages })] };
    },
    () => taken('modelServices[2].modelServiceImages[1]'),
  ],
  [
    'an image with the uuid of another service’s of the same seed',
    (seed) => {
      const [uuid, [used]] = [newUuid(), seed.modelServices[0].modelServiceImages];
      const modelServiceImages = [image(uuid, { uuid: used?.uuid as string })];
      return { modelServices: [seededService({ uuid, modelServiceImages })] };
    },
    () => taken('modelServices[2].modelServiceImages[0]'),
  ],
  [
    'a binding of a model that is not there',
    (_, { service }) => ({ modelServiceRefs: [ref(UNKNOWN, service.uuid)] }),
    () => missing('modelServiceRefs[3].modelUuid', 'ModelVO', UNKNOWN),
  ],
  [
    'a binding to a service that is not there',
    (_, { bound }) => ({ modelServiceRefs: [ref(bound.uuid, UNKNOWN)] }),
    () => missing(...MISSING_SERVICE, UNKNOWN),
  ],
  [
    'a binding to what is no service',
    (_, { bound, center }) => ({ modelServiceRefs: [ref(bound.uuid, center.uuid)] }),
    ({ center }) => missing(...MISSING_SERVICE, center.uuid),
  ],
  [
    'a binding with the uuid of another one',
    (seed, { service, bound }) => {
      const uuid = service.modelServiceRefs[0]?.uuid as string;
      return { modelServiceRefs: [ref(bound.uuid, seed.modelServices[0].uuid, { uuid })] };
    },
    () => taken('modelServiceRefs[3]'),
  ],
  [
    'a user tag of what is not there',
    () => ({ userTags: [userTag(UNKNOWN, 'a')] }),
    () => missing('userTags[2].resourceUuid', 'ModelServiceVO', UNKNOWN),
  ],
  [
    'a system tag of a resource of another kind',
    (_, { bound }) => {
      const system = tag(bound.uuid, 'a', { type: 'System', resourceType: 'ModelCenterVO' });
      return { systemTags: [system as SystemTag] };
    },
    ({ bound }) => missing('systemTags[1].resourceUuid', 'ModelCenterVO', bound.uuid),
  ],
];

/** The seed with a rejected entry at its end. */
function spoiled(
  seed: EveryResource,
  spoil: (seed: EveryResource, there: Filled) => Partial<Resources>,
  there: Filled,
): Resources {
  const added = Object.entries(spoil(seed, there)).map(([list, more]) => [
    list,
    [...seed[list as keyof Resources], ...more],
  ]);
  return { ...seed, ...Object.fromEntries(added) };
}

/** The same failures if existing resources are removed. */
const rejectedAlone = rejected.filter(([what]) =>
  /of the same seed|that is not there|what is not there/.test(what),
);

/** What seeds, resets and dumps are made of. */
export function describeSeeding(open: OpenStore): void {
  describe('adding resources', () => {
    test('stores every field of every kind, and what is unset as unset', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources(seed);

      const [first, second, third] = seed.modelServiceRefs;
      const refs = [
        [[first, second], [third]],
        [[first], [second, third]],
      ];
      for (const [index, each] of seed.models.entries()) {
        const modelServiceRefs = refs[0]?.[index];
        expect(set(await store.find('Model', each.uuid))).toEqual({ ...each, modelServiceRefs });
      }
      for (const [index, each] of seed.modelServices.entries()) {
        const modelServiceRefs = refs[1]?.[index];
        expect(set(await store.find('ModelService', each.uuid))).toEqual({
          ...each,
          modelServiceRefs,
        });
      }
      for (const [index, each] of seed.modelCenters.entries()) {
        expect(set(await store.find('ModelCenter', each.uuid))).toEqual({
          ...each,
          modelUsedCapacity: index === 0 ? seed.models[0].size : 0,
          modelServiceUsedCapacity: index === 0 ? seed.modelServices[0].size : 0,
          datasetUsedCapacity: index === 0 ? seed.datasets[0].size : 0,
        });
      }
      for (const each of seed.datasets) {
        expect(set(await store.find('Dataset', each.uuid))).toEqual(set(each));
      }
      for (const each of seed.modelServiceInstanceGroups) {
        const stored = await store.find('ModelServiceInstanceGroup', each.uuid);
        expect(set(stored)).toEqual(set(each));
      }
      for (const each of seed.userTags) {
        expect(set(await store.find('UserTag', each.uuid))).toEqual(each);
      }
      for (const each of seed.systemTags) {
        expect(set(await store.find('SystemTag', each.uuid))).toEqual(each);
      }
    });

    test('does not change existing resources, their images, bindings and tags', async (context) => {
      const store = await open(context);
      const there = await fill(store);
      const { center, bound, service } = there;
      const before = await everything(store);
      await store.addResources({
        ...noResources,
        modelCenters: [modelCenter({ uuid: center.uuid, name: 'another' })],
        models: [seededModel({ uuid: bound.uuid, name: 'another' })],
        modelServices: [
          seededService({
            uuid: service.uuid,
            name: 'another',
            modelServiceImages: [image(service.uuid), image(service.uuid)],
          }),
        ],
        modelServiceRefs: [ref(bound.uuid, service.uuid)],
        userTags: [userTag(service.uuid, 'by hand', { createDate: 1, lastOpDate: 2 })],
      });
      expect(await everything(store)).toEqual(before);

      const seed = everyResource();
      await store.addResources(seed);
      const { models, modelServices, modelCenters } = await store.readResources();
      expect(uuidsOf(models).toSorted()).toEqual(uuidsOf([bound, ...seed.models]).toSorted());
      expect(uuidsOf(modelServices).toSorted()).toEqual(
        uuidsOf([service, ...seed.modelServices]).toSorted(),
      );
      expect(uuidsOf(modelCenters).toSorted()).toEqual(
        uuidsOf([center, ...seed.modelCenters]).toSorted(),
      );
      expect(await store.find('ModelService', service.uuid)).toMatchObject(set(service));
      expect(await tagsOf(store, service.uuid)).toMatchObject([there.ownTag]);
      expect(await store.pendingHooks()).toMatchObject([{ jobUuid: there.job.uuid }]);
    });

    test('a second time changes nothing, also where they are another object', async (context) => {
      const store = await open(context);
      await fill(store);
      const seed = everyResource();
      await store.addResources(seed);
      const before = await everything(store);
      await store.addResources(seed);
      await store.addResources(structuredClone(seed));
      expect(await everything(store)).toEqual(before);
    });

    test('brings back what was deleted, as it was', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources(seed);
      const before = await everything(store);
      await store.deleteResources('ModelVO', uuidsOf(seed.models) as string[], nothing);
      await store.deleteModelCenter(seed.modelCenters[0].uuid, { withContents: true }, nothing);
      const [group] = seed.modelServiceInstanceGroups;
      await store.deleteResources('ModelServiceInstanceGroupVO', [group.uuid], nothing);
      await store.deleteTag(seed.userTags[0].uuid, nothing);
      await store.addResources(seed);
      expect(await everything(store)).toEqual(before);
    });

    test('leaves a tag whose text was changed as it is', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources(seed);
      const [{ uuid }] = seed.systemTags;
      await store.changeSystemTag(uuid, { tag: 'changed', lastOpDate: NOW }, asIs);
      await store.addResources(seed);
      expect(await store.find('SystemTag', uuid)).toMatchObject({
        tag: 'changed',
        lastOpDate: NOW,
      });
    });

    test('leaves the default service that was chosen meanwhile, though the former one comes back', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources(seed);
      const [{ uuid }] = seed.models;
      const [full, bare] = seed.modelServices;
      await store.unbindModelFromService(uuid, bare.uuid, nothing);
      await store.changeResources(
        'Model',
        [uuid],
        (current) => ({
          ...current,
          modelServiceRefs: current.modelServiceRefs.map((each) => ({ ...each, isDefault: true })),
        }),
        extras(),
        asIs,
      );
      await store.addResources(seed);
      const { modelServiceRefs } = (await store.find('Model', uuid)) ?? { modelServiceRefs: [] };
      const defaults = modelServiceRefs.map((each) => [each.modelServiceUuid, each.isDefault]);
      expect(Object.fromEntries(defaults)).toEqual({ [full.uuid]: true, [bare.uuid]: false });
    });

    test.for(rejected)('is rejected as a whole for %s', async ([, spoil, error], context) => {
      const store = await open(context);
      const there = await fill(store);
      const before = await everything(store);
      const seed = everyResource();
      await expect(store.addResources(spoiled(seed, spoil, there))).rejects.toEqual(error(there));
      expect(await everything(store)).toEqual(before);
      await store.addResources(seed);
      expect(await store.find('Model', seed.models[1].uuid)).toBeDefined();
    });
  });

  describe('replacing resources', () => {
    const shown = async (store: Store) => {
      const { hooks, ...others } = await everything(store);
      expect(hooks).toEqual([]);
      return others;
    };

    test('retains these, but no jobs and hooks', async (context) => {
      const [store, fresh] = [await open(context), await open(context)];
      const { job } = await fill(store);
      const seed = everyResource();
      await store.replaceResources(seed);
      await fresh.addResources(seed);
      expect(await shown(store)).toEqual(await shown(fresh));
      expect(await store.findJob(job.uuid)).toBeUndefined();
      expect(await store.hookOf(job.uuid)).toBeUndefined();
    });

    test('leaves sessions and passwords', async (context) => {
      const store = await open(context);
      await store.setPassword(ACCOUNT, 'a hash');
      const open_ = session({ accountUuid: ACCOUNT });
      await store.addSession(open_, NOW);
      const seed = everyResource();
      for (const _ of ['written', 'restored']) await store.replaceResources(seed);
      expect(await store.findSession(open_.uuid, NOW)).toEqual(open_);
      expect(await store.findPassword(ACCOUNT)).toBe('a hash');
    });

    /** Changes made to the seed's own resources and around them. */
    async function disturb(store: Store, seed: EveryResource): Promise<void> {
      const [full, bare] = seed.modelServices;
      await fill(store);
      await store.changeResources(
        'ModelService',
        [full.uuid],
        (current) => ({
          ...current,
          name: 'changed',
          modelServiceImages: [image(full.uuid, { cpuArchitecture: 'loongarch64' })],
        }),
        extras({ tags: [tag(full.uuid, 'another')] }),
        asIs,
      );
      await store.deleteResources('ModelServiceVO', [bare.uuid], nothing);
      await store.deleteModelCenter(seed.modelCenters[1].uuid, { withContents: false }, nothing);
      await store.deleteTag(seed.userTags[0].uuid, nothing);
      await store.addFailedJob(newJob(), {
        error: { code: 'SYS.1006', description: 'An operation failed', details: 'a' },
      });
      // The uuid is free now, also for another kind.
      await store.addResource('Model', model({ uuid: bare.uuid }), extras(), nothing);
    }

    test('by the same object restores the same resources after changes', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.replaceResources(seed);
      const first = await shown(store);
      await store.replaceResources(seed);
      expect(await shown(store)).toEqual(first);
      for (const _ of ['once', 'and again']) {
        await disturb(store, seed);
        await store.replaceResources(seed);
        expect(await shown(store)).toEqual(first);
      }
    });

    test('by another object gives that one’s, and by the former the former’s', async (context) => {
      const store = await open(context);
      const [one, other] = [everyResource(), everyResource()];
      await store.addResources(one);
      const first = await shown(store);
      await store.addResources(other);
      await store.replaceResources(other);
      const second = await shown(store);
      expect(uuidsOf(second.resources.models)).toEqual(uuidsOf(other.models));
      await store.replaceResources(one);
      expect(await shown(store)).toEqual(first);
      await store.replaceResources(noResources);
      expect(await store.readResources()).toEqual(noResources);
      // An empty store takes its next resources for the first ones.
      await store.addResources(other);
      await store.replaceResources(one);
      expect(await shown(store)).toEqual(first);
      await store.replaceResources(other);
      expect(await shown(store)).toEqual(second);
    });

    test.for(rejectedAlone)('changes nothing when it fails for %s', async ([
      ,
      spoil,
      error,
    ], context) => {
      const store = await open(context);
      const good = everyResource();
      await store.replaceResources(good);
      const first = await shown(store);
      await fill(store);
      const before = await everything(store);
      const seed = everyResource();
      const there = { bound: seed.models[0], service: seed.modelServices[0] } as never;
      const bad = spoiled(seed, spoil, there);
      for (const _ of ['once', 'and again']) {
        await expect(store.replaceResources(bad)).rejects.toEqual(error(there));
        expect(await everything(store)).toEqual(before);
      }
      await expectIntegrity(store);
      await store.replaceResources(good);
      expect(await shown(store)).toEqual(first);
    });

    test.for(['written', 'restored'])('leaves %s rows that hold together', async (how, context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.replaceResources(seed);
      if (how === 'restored') {
        await disturb(store, seed);
        await store.replaceResources(seed);
      }
      await expectIntegrity(store);
      const [full, bare] = seed.modelServices;
      const [bound] = seed.models;

      for (const { uuid } of [...seed.models, ...seed.modelServices, ...seed.modelCenters]) {
        const taken = store.addResource('Model', model({ uuid }), extras(), nothing);
        await expect(taken).rejects.toEqual(alreadyUsed(uuid));
      }
      await expect(store.addTag(tag(full.uuid, seed.userTags[0].tag), nothing)).rejects.toEqual(
        failure('SYS.1006', expect.any(String)),
      );
      await store.bindModelToService(ref(bound.uuid, full.uuid), extras(), asIs);
      expect((await store.find('Model', bound.uuid))?.modelServiceRefs).toEqual(
        seed.modelServiceRefs.slice(0, 2),
      );

      // New resources are ordered after existing ones.
      const newest = ref(seed.models[1].uuid, full.uuid);
      await store.bindModelToService(newest, extras(), asIs);
      expect((await store.find('ModelService', full.uuid))?.modelServiceRefs).toEqual([
        seed.modelServiceRefs[0],
        newest,
      ]);

      await store.deleteResources('ModelServiceVO', [full.uuid, bare.uuid], nothing);
      await store.deleteModelCenter(seed.modelCenters[1].uuid, { withContents: false }, nothing);
      const left = await store.readResources();
      expect(left.modelServiceRefs).toEqual([]);
      expect(left.userTags).toEqual([]);
      expect(uuidsOf(left.systemTags)).toEqual(uuidsOf(seed.systemTags));
      // Deleting the services frees the uuids of their images.
      const uuid = newUuid();
      const modelServiceImages = full.modelServiceImages.map((each) => ({
        ...each,
        modelServiceUuid: uuid,
      }));
      await added(store, { uuid, modelServiceImages });
    });

    /** Adds services at the same time, each as a job of its uuid; the uuids. */
    const addMany = (store: Store) =>
      Promise.all(
        Array.from({ length: 50 }, async () => {
          const uuid = newUuid();
          const service = modelService({ uuid, modelServiceImages: [image(uuid), image(uuid)] });
          await store
            .forJob(newJob({ uuid }))
            .addResource('ModelService', service, extras({ tags: [tag(uuid, 'a')] }), () => ({}));
          return uuid;
        }),
      );

    async function expectGone(store: Store, uuid: string): Promise<void> {
      expect(await store.find('ModelService', uuid)).toBeUndefined();
      expect(await tagsOf(store, uuid)).toEqual([]);
      expect(await store.findJob(uuid)).toBeUndefined();
    }

    async function expectWhole(store: Store, uuid: string): Promise<void> {
      const found = await store.find('ModelService', uuid);
      expect(found?.modelServiceImages).toHaveLength(2);
      expect(await tagsOf(store, uuid)).toHaveLength(1);
      expect(await store.findJob(uuid)).toMatchObject({ success: true });
    }

    test('leaves each concurrent write and its job complete or absent', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources(seed);
      const early = await addMany(store);
      const writes: Promise<string[]>[] = [];
      for (let time = 0; time < 3; time++) {
        writes.push(addMany(store), addMany(store));
        await store.replaceResources(seed);
      }
      for (const uuid of early) await expectGone(store, uuid);
      const uuids = (await Promise.all(writes)).flat();
      let stored = 0;
      for (const uuid of uuids) {
        if (await store.find('ModelService', uuid)) {
          await expectWhole(store, uuid);
          stored++;
        } else await expectGone(store, uuid);
      }
      expect(await store.count('ModelService', [])).toBe(2 + stored);
      await expectIntegrity(store);
    });

    test('undoes a change that is being made, with its job', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      const [{ uuid }] = seed.modelServices;
      await store.replaceResources(seed);
      const before = await shown(store);
      for (let time = 0; time < 5; time++) {
        let replaced: Promise<void> | undefined;
        await store.forJob(newJob()).changeResources(
          'ModelService',
          [uuid],
          (current) => {
            replaced ??= store.replaceResources(seed);
            return { ...current, name: 'changed', modelServiceImages: [image(uuid)] };
          },
          extras({ tags: [tag(uuid, 'another')] }),
          asIs,
        );
        await replaced;
        expect(await shown(store)).toEqual(before);
      }
    });

    /** Expects that foreign keys are enforced. */
    async function expectIntegrity(store: Store): Promise<void> {
      const before = await contents(store);
      await expect(
        store.bindModelToService(ref(UNKNOWN, UNKNOWN), extras(), asIs),
      ).rejects.toThrow();
      const { bound, service } = await fill(store);
      await store.deleteResources('ModelVO', [bound.uuid], nothing);
      expect((await store.find('ModelService', service.uuid))?.modelServiceRefs).toEqual([]);
      await store.deleteResources('ModelServiceVO', [service.uuid], nothing);
      expect(await tagsOf(store, service.uuid)).toEqual([]);
      for (const { uuid } of (await store.readResources()).modelCenters) {
        const isOld = JSON.stringify(before).includes(uuid);
        if (!isOld) await store.deleteModelCenter(uuid, { withContents: true }, nothing);
      }
      expect(await contents(store)).toEqual(before);
    }
  });

  describe('reading resources', () => {
    test('has everything that was added, each list by age', async (context) => {
      const store = await open(context);
      const seed = everyResource();
      await store.addResources({
        modelCenters: seed.modelCenters.toReversed(),
        models: seed.models.toReversed(),
        modelServices: seed.modelServices.toReversed(),
        modelServiceRefs: seed.modelServiceRefs,
        datasets: seed.datasets.toReversed(),
        modelServiceInstanceGroups: seed.modelServiceInstanceGroups.toReversed(),
        userTags: seed.userTags.toReversed(),
        systemTags: seed.systemTags,
      });
      expect(set(await store.readResources())).toEqual(seed);
    });

    test('is a seed that makes an equal store of an empty one', async (context) => {
      const [store, other] = [await open(context), await open(context)];
      await store.addResources(everyResource());
      await fill(store);
      await other.addResources(await store.readResources());
      expect(await contents(other)).toEqual(await contents(store));
      expect(await other.readResources()).toEqual(await store.readResources());
    });

    test('preserves the order of bindings in models and services', async (context) => {
      const [store, other] = [await open(context), await open(context)];
      const models = [await addedModel(store, { createDate: 1 }), await addedModel(store)];
      const services = [await added(store, { createDate: 1 }), await added(store)];
      for (const bound of models.toReversed()) {
        for (const service of services.toReversed()) {
          await store.bindModelToService(ref(bound.uuid, service.uuid), extras(), asIs);
        }
      }
      await other.addResources(await store.readResources());
      expect(await contents(other)).toEqual(await contents(store));
    });
  });
}
