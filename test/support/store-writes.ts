import { ApiError } from '../../src/contract/errors.ts';
import type { Store } from '../../src/domain/store.ts';
import {
  extras,
  hook,
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
} from './records.ts';
import { asIs, nothing } from './results.ts';
import { seededModel } from './seeds.ts';
import { added, addedCenter, addedModel } from './stores.ts';

/** What there is for writes to be done to. */
export interface Written {
  center: string;
  service: string;
  /** Bound to the service. */
  model: string;
  unbound: string;
  systemTag: string;
  session: string;
  account: string;
  job: string;
}

/** Adds one of everything that a store keeps. */
export async function writeOneOfEach(store: Store): Promise<Written> {
  const { uuid: center } = await addedCenter(store);
  const uuid = newUuid();
  const { uuid: service } = await added(store, {
    uuid,
    modelCenterUuid: center,
    cpuArchitectures: ['x86_64'],
    vendorToSpecUuidsMap: { NVIDIA: [newUuid()] },
    modelServiceImages: [image(uuid), image(uuid)],
  });
  const { uuid: model } = await addedModel(store, { modelCenterUuid: center });
  const { uuid: unbound } = await addedModel(store, { modelCenterUuid: center });
  await store.bindModelToService(ref(model, service), extras(), nothing);
  await store.addTag(tag(service, 'a user tag'), nothing);
  const systemTag = tag(service, 'a system tag', { type: 'System' });
  await store.addTag(systemTag, nothing);
  const account = newUuid();
  const known = session({ accountUuid: account });
  await store.addSession(known, 0);
  await store.setPassword(newUuid(), 'a hash');
  const job = newJob({ hookUrl: 'http://127.0.0.1:1/' });
  await store.addFailedJob(job, new ApiError('operationFailed', 'it failed').answer);
  return {
    ...{ center, service, model, unbound, account },
    ...{ systemTag: systemTag.uuid, session: known.uuid, job: job.uuid },
  };
}

/** The methods that change nothing. */
type ReadCall =
  | 'forJob'
  | 'findJob'
  | 'pendingHooks'
  | 'hookOf'
  | 'claimHooks'
  | 'claimHook'
  | 'readControl'
  | 'changeControl'
  | 'find'
  | 'list'
  | 'listFields'
  | 'count'
  | 'findSession'
  | 'findPassword'
  | 'readResources'
  | 'ping'
  | 'close';

export type StoreWrite = (store: Store, written: Written) => Promise<unknown>;

/** One call of every writing method. One forgotten here doesn't compile. */
const writes: Record<Exclude<keyof Store, ReadCall>, StoreWrite> = {
  addModelService: (store) => store.addModelService(modelService(), extras(), nothing),
  changeModelService: (store, { service }) =>
    store.changeModelService(
      service,
      (current) => ({ ...current, name: 'changed', modelServiceImages: [] }),
      extras({ tags: [tag(service, 'with the change')] }),
      asIs,
    ),
  cloneModelService: (store, { service }) =>
    store.cloneModelService(
      service,
      (source) => ({ ...source, uuid: newUuid(), modelServiceImages: [], modelServiceRefs: [] }),
      extras(),
      nothing,
    ),
  addModel: (store, { service }) => {
    const { uuid } = model();
    const added = model({ uuid, modelServiceRefs: [ref(uuid, service)] });
    return store.addModel(added, extras(), nothing);
  },
  changeModel: (store, { model }) =>
    store.changeModel(model, (current) => ({ ...current, size: 5 }), extras(), nothing),
  addModelCenter: (store) => store.addModelCenter(modelCenter(), extras(), asIs),
  changeModelCenter: (store, { center }) =>
    store.changeModelCenter(center, (current) => ({ ...current, url: 'changed' }), extras(), asIs),
  bindModelToService: (store, { unbound, service }) =>
    store.bindModelToService(ref(unbound, service), extras(), nothing),
  unbindModelFromService: (store, { model, service }) =>
    store.unbindModelFromService(model, service, nothing),
  deleteResources: (store, { model }) => store.deleteResources('ModelVO', [model], nothing),
  deleteModelCenter: (store, { center }) =>
    store.deleteModelCenter(center, { withModels: true }, nothing),
  addTag: (store, { center }) =>
    store.addTag(tag(center, 'one more', { resourceType: 'ModelCenterVO' }), nothing),
  changeSystemTag: (store, { systemTag }) =>
    store.changeSystemTag(systemTag, { tag: 'changed', lastOpDate: 1 }, nothing),
  deleteTag: (store, { systemTag }) => store.deleteTag(systemTag, nothing),
  addResources: (store) => store.addResources({ ...noResources, models: [seededModel()] }),
  replaceResources: (store) => store.replaceResources({ ...noResources, models: [seededModel()] }),
  renewSession: (store, { session }) => store.renewSession(session, 0, 5, nothing),
  addFailedJob: (store) =>
    store.addFailedJob(newJob(), new ApiError('operationFailed', 'it failed').answer),
  sweepJobs: (store) => store.sweepJobs(Number.MAX_SAFE_INTEGER, { jobs: 10, bytes: 1e9 }),
  changeHook: (store, { job }) =>
    store.changeHook(hook(job, { attempts: 1, url: 'http://127.0.0.1:1/' })),
  addSession: (store) => store.addSession(session(), 0),
  useSession: (store, { session }) => store.useSession(session, 0, Number.MAX_SAFE_INTEGER),
  deleteSession: (store, { session }) => store.deleteSession(session),
  setPassword: (store, { account }) => store.setPassword(account, 'another hash'),
};

export const storeWrites: [name: string, write: StoreWrite][] = Object.entries(writes);
