import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import type { Store } from '../../src/domain/store.ts';
import type { Finishing } from '../support/folder.ts';
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
} from '../support/records.ts';
import { seededModel } from '../support/seeds.ts';
import { openFileStore } from '../support/sqlite-stores.ts';
import { pathReference } from '../support/stores.ts';

const uuids = (count: number) => Array.from({ length: count }, () => newUuid());

/** Few, so that writes meet. */
const [services, models, centers, parts, tagUuids, jobs, sessions] = [
  ...[uuids(3), uuids(4), uuids(2), uuids(3), uuids(3), uuids(2), uuids(2)],
] as [string[], string[], string[], string[], string[], string[], string[]];
const texts = ['one', 'another'];

const of = (pool: readonly string[]) => fc.constantFrom(...pool);

/** A write as data, so that two stores can execute it. */
type Execute = (store: Store, resultOf: () => string) => Promise<unknown>;

const TIMES = { createDate: 1, lastOpDate: 1 };
const own = (uuid: string, fields: object = {}) => ({ uuid, ...TIMES, ...fields });

/** Some depend on others, some fail before they change anything, and some partially. */
const writes: fc.Arbitrary<{ reported: string; execute: Execute }> = fc.oneof(
  fc.tuple(of(services), of(centers), of(parts), of(parts)).map(([uuid, center, ...images]) => ({
    reported: `add service ${uuid} ${center} ${images}`,
    execute: (store: Store, resultOf: () => string) =>
      store.addResource(
        'ModelService',
        modelService({
          ...own(uuid, { modelCenterUuid: center }),
          // Both may have one uuid, which is a partial failure.
          modelServiceImages: images.map((part) => image(uuid, { uuid: part })),
        }),
        extras(),
        resultOf,
      ),
  })),
  fc.tuple(of(services), of(parts), fc.boolean()).map(([uuid, part, fails]) => ({
    reported: `change service ${uuid} ${part} ${fails}`,
    execute: (store: Store, resultOf: () => string) =>
      store.changeResources(
        'ModelService',
        [uuid],
        (current) => {
          if (fails) throw new ApiError('operationFailed', 'no change');
          const name = `${current.name}, changed`.slice(-30);
          return { ...current, name, modelServiceImages: [image(uuid, { uuid: part })] };
        },
        extras({ references: [pathReference(uuid)] }),
        resultOf,
      ),
  })),
  fc.tuple(of(services), of(services)).map(([source, uuid]) => ({
    reported: `clone service ${source} ${uuid}`,
    execute: (store: Store, resultOf: () => string) =>
      store.deriveResource(
        'ModelService',
        source,
        (record) => ({ ...record, uuid, modelServiceImages: [], modelServiceRefs: [] }),
        extras({ references: [pathReference(source)] }),
        resultOf,
      ),
  })),
  fc
    .tuple(of(models), of(centers), of(parts), fc.boolean(), fc.subarray(services))
    .map(([uuid, center, part, isDefault, bound]) => ({
      reported: `add model ${uuid} ${center} ${part} ${isDefault} ${bound}`,
      execute: (store: Store, resultOf: () => string) =>
        store.addResource(
          'Model',
          model({
            ...own(uuid, { modelId: uuid, modelCenterUuid: center }),
            // Unchecked, they fail partially where the service or a second uuid is not to be had.
            modelServiceRefs: bound.map((service) => ref(uuid, service, { uuid: part, isDefault })),
          }),
          extras(),
          resultOf,
        ),
    })),
  fc.tuple(of(models), of(services), of(parts)).map(([one, service, uuid]) => ({
    reported: `bind ${one} ${service} ${uuid}`,
    execute: (store: Store, resultOf: () => string) =>
      store.bindModelToService(
        ref(one, service, { uuid }),
        extras({ references: [pathReference(one, 'ModelVO'), pathReference(service)] }),
        resultOf,
      ),
  })),
  fc.tuple(of(models), of(services)).map(([one, service]) => ({
    reported: `unbind ${one} ${service}`,
    execute: (store: Store, resultOf: () => string) =>
      store.unbindModelFromService(one, service, resultOf),
  })),
  fc
    .tuple(fc.constantFrom('ModelVO' as const, 'ModelServiceVO' as const), fc.boolean())
    .chain(([type, isAll]) =>
      of(type === 'ModelVO' ? models : services).map((uuid) => ({
        reported: `delete ${type} ${uuid} ${isAll}`,
        execute: (store: Store, resultOf: () => string) =>
          store.deleteResources(type, isAll ? models : [uuid], resultOf),
      })),
    ),
  of(centers).map((uuid) => ({
    reported: `add center ${uuid}`,
    execute: (store: Store, resultOf: () => string) =>
      store.addResource('ModelCenter', modelCenter(own(uuid)), extras(), resultOf),
  })),
  fc.tuple(of(centers), fc.boolean()).map(([uuid, withContents]) => ({
    reported: `delete center ${uuid} ${withContents}`,
    execute: (store: Store, resultOf: () => string) =>
      store.deleteModelCenter(uuid, { withContents }, resultOf),
  })),
  fc.tuple(of(tagUuids), of(services), of(texts)).map(([uuid, service, text]) => ({
    reported: `tag ${uuid} ${service} ${text}`,
    execute: (store: Store, resultOf: () => string) =>
      store.addTag(tag(service, text, { ...TIMES, uuid, type: 'System' }), resultOf),
  })),
  fc.tuple(of(tagUuids), of(texts)).map(([uuid, text]) => ({
    reported: `change tag ${uuid} ${text}`,
    execute: (store: Store, resultOf: () => string) =>
      store.changeSystemTag(uuid, { tag: text, lastOpDate: 2 }, resultOf),
  })),
  of(tagUuids).map((uuid) => ({
    reported: `delete tag ${uuid}`,
    execute: (store: Store, resultOf: () => string) => store.deleteTag(uuid, resultOf),
  })),
  of(sessions).map((uuid) => ({
    reported: `add session ${uuid}`,
    execute: (store: Store) =>
      store.addSession(session({ uuid, accountUuid: uuid, userUuid: uuid, createDate: 1 }), 0),
  })),
  fc.tuple(of(sessions), fc.nat(9)).map(([uuid, expiry]) => ({
    reported: `renew session ${uuid} ${expiry}`,
    execute: (store: Store, resultOf: () => string) =>
      store.renewSession(uuid, 0, expiry, resultOf),
  })),
  of(jobs).map((uuid) => ({
    reported: `failed job ${uuid}`,
    execute: (store: Store) =>
      store.addFailedJob(newJob({ uuid }), new ApiError('operationFailed', 'it failed').answer),
  })),
  fc.tuple(of(models), of(centers)).map(([uuid, center]) => ({
    reported: `add resources ${uuid} ${center}`,
    execute: (store: Store) =>
      store.addResources({
        ...noResources,
        modelCenters: [modelCenter(own(center))],
        models: [seededModel(own(uuid, { modelId: uuid, modelCenterUuid: center }))],
      }),
  })),
);

interface Step {
  reported: string;
  execute: Execute;
  job?: string | undefined;
  /** Whether it fails in the end, when its result is made. */
  failsLate: boolean;
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc
      .tuple(writes, fc.option(of(jobs), { nil: undefined, freq: 8 }), fc.nat(11))
      .map(([write, job, chance]) => ({ ...write, job, failsLate: chance === 0 })),
  },
  {
    weight: 1,
    arbitrary: of(models).map((uuid) => ({
      reported: `replace by ${uuid}`,
      execute: (store: Store) =>
        store.replaceResources({
          ...noResources,
          models: [seededModel(own(uuid, { modelId: uuid, modelCenterUuid: uuid }))],
        }),
      failsLate: false,
    })),
  },
);

/** Asks for a step; resolves to how it ended, in words. */
function outcomeOf(
  store: Store,
  { execute, job, failsLate }: Step,
  number: number,
): Promise<string> {
  const target = job ? store.forJob(newJob({ uuid: job, createDate: number })) : store;
  const resultOf = () => {
    if (failsLate) throw new ApiError('operationFailed', `no result of ${number}`);
    return `result of ${number}`;
  };
  return execute(target, resultOf).then(
    (result) => `done: ${result}`,
    (error) => `${error.name}: ${error.message}`,
  );
}

test('writes of one tick have the outcomes that they would have one after the other', async (context) => {
  /** How often each kind of end was met: a property that meets only one shows little. */
  const met = { done: 0, apiErrors: 0, partial: 0 };
  const cleanups: (() => void)[] = [];
  const finishing: Finishing = {
    onTestFinished: (cleanup) => void cleanups.push(cleanup as never),
  };
  const open = () => openFileStore(finishing, (client) => client.pragma('synchronous = OFF'));
  context.onTestFinished(() => {
    for (const cleanup of cleanups.reverse()) cleanup();
  });

  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 30, maxLength: 90, size: 'max' }),
      async (list) => {
        const [together, separate] = [open(), open()];
        const pending = list.map((step, number) => outcomeOf(together.store, step, number));
        const expected: string[] = [];
        for (const [number, step] of list.entries()) {
          expected.push(await outcomeOf(separate.store, step, number));
        }
        expect(await Promise.all(pending)).toEqual(expected);
        expect(together.snapshot()).toEqual(separate.snapshot());
        expect(separate.commits).toHaveLength(
          separate.commits.reduce((sum, writes) => sum + writes, 0),
        );
        for (const outcome of expected) {
          if (outcome.startsWith('done')) met.done++;
          else if (outcome.startsWith('ApiError')) met.apiErrors++;
          else met.partial++;
        }
        for (const cleanup of cleanups.splice(0).reverse()) cleanup();
      },
    ),
    { numRuns: 10 },
  );
  for (const count of Object.values(met)) expect(count, JSON.stringify(met)).toBeGreaterThan(3);
});
