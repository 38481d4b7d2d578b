import { ApiError } from '../../src/contract/errors.ts';
import type { Store, Writes } from '../../src/domain/store.ts';
import {
  extras,
  hook,
  model,
  modelCenter,
  modelService,
  newJob,
  newUuid,
  noResources,
  ref,
  session,
  tag,
} from './records.ts';
import { nothing } from './results.ts';
import { ALL, added, addedCenter, addedDataset, addedModel, UNKNOWN } from './stores.ts';

/** What the writes of a test change. */
export interface WriteFixtures {
  store: Store;
  model: string;
  bound: string;
  service: string;
  center: string;
  datasets: [string, string];
  systemTag: string;
  session: string;
}

export type OperationWrite = (
  fixtures: WriteFixtures,
  store: Writes,
  resultOf: () => object,
  /** Called where the work begins, in those that make their record of another. */
  atWork: () => void,
) => Promise<object>;

/** Adds a resource of each kind, a binding, a system tag and a session. */
export async function writeFixtures(store: Store): Promise<WriteFixtures> {
  const { uuid: service } = await added(store);
  const { uuid: unbound } = await addedModel(store);
  const { uuid: bound } = await addedModel(store);
  await store.bindModelToService(ref(bound, service), extras(), nothing);
  const { uuid: center } = await addedCenter(store);
  await addedModel(store, { modelCenterUuid: center });
  const datasets: [string, string] = [
    (await addedDataset(store, { modelCenterUuid: center })).uuid,
    (await addedDataset(store)).uuid,
  ];
  const systemTag = tag(service, 'there', { type: 'System' });
  await store.addTag(systemTag, nothing);
  const known = session();
  await store.addSession(known, 0);
  const uuids = { model: unbound, bound, service, center, datasets, systemTag: systemTag.uuid };
  return { store, ...uuids, session: known.uuid };
}

/** Every write of an operation, each with something to do: one forgotten here doesn't compile. */
export const operationWrites: Record<keyof Writes, OperationWrite> &
  Record<string, OperationWrite> = {
  addResource: (_, store, resultOf) =>
    store.addResource('ModelService', modelService(), extras(), resultOf),
  'changeResources of a service': ({ service }, store, resultOf, atWork) =>
    store.changeResources(
      'ModelService',
      [service],
      (current) => {
        atWork();
        return { ...current, name: 'changed' };
      },
      extras(),
      resultOf,
    ),
  deriveResource: ({ service }, store, resultOf, atWork) =>
    store.deriveResource(
      'ModelService',
      service,
      (source) => {
        atWork();
        return { ...source, uuid: newUuid(), modelServiceImages: [], modelServiceRefs: [] };
      },
      extras(),
      resultOf,
    ),
  'addResource of a model': ({ service }, store, resultOf) => {
    const record = model();
    const tags = [tag(record.uuid, 'new', { resourceType: 'ModelVO' })];
    return store.addResource(
      'Model',
      { ...record, modelServiceRefs: [ref(record.uuid, service)] },
      extras({ tags }),
      resultOf,
    );
  },
  'changeResources of a model': ({ model }, store, resultOf, atWork) =>
    store.changeResources(
      'Model',
      [model],
      (current) => {
        atWork();
        return { ...current, name: 'changed' };
      },
      extras(),
      resultOf,
    ),
  'addResource of a center': (_, store, resultOf) =>
    store.addResource('ModelCenter', modelCenter(), extras(), resultOf),
  changeResources: ({ datasets }, store, resultOf, atWork) =>
    store.changeResources(
      'Dataset',
      datasets,
      (current) => {
        atWork();
        return { ...current, name: 'changed' };
      },
      extras(),
      resultOf,
    ),
  bindModelToService: ({ model, service }, store, resultOf) =>
    store.bindModelToService(ref(model, service), extras(), resultOf),
  unbindModelFromService: ({ bound, service }, store, resultOf) =>
    store.unbindModelFromService(bound, service, resultOf),
  deleteResources: ({ model, bound }, store, resultOf) =>
    store.deleteResources('ModelVO', [model, bound], resultOf),
  deleteModelCenter: ({ center }, store, resultOf) =>
    store.deleteModelCenter(center, { withContents: true }, resultOf),
  addTag: ({ service }, store, resultOf) => store.addTag(tag(service, 'new'), resultOf),
  changeSystemTag: ({ systemTag }, store, resultOf) =>
    store.changeSystemTag(systemTag, { tag: 'changed', lastOpDate: 1 }, resultOf),
  deleteTag: ({ systemTag }, store, resultOf) => store.deleteTag(systemTag, resultOf),
  renewSession: ({ session }, store, resultOf) => store.renewSession(session, 0, 5, resultOf),
};

/** A call of every method of a store: one forgotten here doesn't compile. */
export function storeCalls(
  fixtures: WriteFixtures,
): Record<Exclude<keyof Store, 'close'>, () => Promise<unknown>> {
  const { store, service, session: known } = fixtures;
  const failed = new ApiError('operationFailed', 'it failed').answer;
  const write = (name: keyof Writes) => () =>
    operationWrites[name](fixtures, store, () => ({}), nothing);
  const writes = Object.fromEntries(
    Object.keys(operationWrites).map((name) => [name, write(name as keyof Writes)]),
  ) as Record<keyof Writes, () => Promise<unknown>>;
  return {
    ...writes,
    forJob: () => store.forJob(newJob()).deleteTag(UNKNOWN, () => ({})),
    addFailedJob: () => store.addFailedJob(newJob(), failed),
    findJob: () => store.findJob(UNKNOWN),
    listJobs: () => store.listJobs(1),
    sweepJobs: () => store.sweepJobs(0, { jobs: 1, bytes: 1e9 }),
    pendingHooks: () => store.pendingHooks(),
    hookOf: () => store.hookOf(UNKNOWN),
    claimHooks: () => store.claimHooks([]),
    claimHook: () => store.claimHook(UNKNOWN),
    changeHook: () => store.changeHook(hook(UNKNOWN)),
    readControl: () => store.readControl(),
    changeControl: () => store.changeControl(() => ''),
    addResources: () => store.addResources(noResources),
    replaceResources: () => store.replaceResources(noResources),
    readResources: () => store.readResources(),
    saveSnapshot: () => store.saveSnapshot({ name: 'a', createDate: 0, bytes: 1, state: '' }),
    listSnapshots: () => store.listSnapshots(),
    findSnapshot: () => store.findSnapshot('a'),
    deleteSnapshot: () => store.deleteSnapshot('a'),
    find: () => store.find('ModelService', service),
    list: () => store.list('ModelService', ALL),
    listWithTotal: () => store.listWithTotal('ModelService', ALL),
    count: () => store.count('ModelService', []),
    addSession: () => store.addSession(session(), 0),
    findSession: () => store.findSession(known, 0),
    useSession: () => store.useSession(known, 0, 1),
    deleteSession: () => store.deleteSession(known),
    findPassword: () => store.findPassword(UNKNOWN),
    setPassword: () => store.setPassword(UNKNOWN, 'a hash'),
    ping: () => store.ping(),
  };
}
