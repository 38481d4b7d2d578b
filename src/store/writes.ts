import type { ResourceKind } from '../contract/schemas/fields.ts';
import {
  type ModelService,
  type ModelServiceRef,
  type Records,
  type ResourceFields,
  type Tag,
  type UsedCapacity,
  usedCapacities,
} from '../domain/records.ts';
import { referenceTo } from '../domain/references.ts';
import type { Reference, WriteExtras, Writes } from '../domain/store.ts';
import { alreadyTagged, assertAllFound, hasContents, notFound } from './errors.ts';
import type { CompiledRecords } from './records.ts';
import type { Statements } from './statements.ts';
import type { Done, Steps, Transactions } from './steps.ts';

/** The fields that a change leaves as they are, because they are stored elsewhere. */
const readOnlyFields: { [K in ResourceKind]?: readonly (keyof Records[K])[] } = {
  ModelService: ['modelServiceRefs'],
  ModelCenter: Object.keys(usedCapacities) as (keyof UsedCapacity)[],
};

type MakeWrites = (transactions: Pick<Transactions, 'write' | 'writeStatement'>) => Writes;

/**
 * Creates the function that makes the writes of the operations with the transactions of a store or of a job; each write
 * runs in one.
 */
export function operationWrites(
  statements: Statements,
  { find, mustFind }: CompiledRecords,
): MakeWrites {
  /** Changes resources under locks on them and on all that they refer to; attaches their tags last. */
  function* changeLocked<Changed, Result>(
    uuids: readonly string[],
    { references, tags }: WriteExtras,
    change: Steps<Changed>,
    toResult: (changed: Changed) => Result,
  ): Steps<Result> {
    const others = references.filter((reference) => reference.type !== 'TagVO');
    const locked = [...uuids, ...others.flatMap((reference) => reference.uuids)];
    yield* statements.lockForUpdate({ uuids: locked });
    yield* assertReferences(references);
    const result = toResult(yield* change);
    yield* statements.insertAll.tags(uniqueTags(tags));
    return result;
  }

  /**
   * Locks the referenced resources, so that they exist until the transaction ends.
   * @throws ApiError SYS.1003 naming the missing resources (F53)
   */
  function* assertReferences(references: readonly Reference[]): Steps<void> {
    for (const reference of references) {
      const { type, uuids } = reference;
      const [uuid, ...others] = uuids;
      const { rows } =
        type === 'TagVO'
          ? yield statements.tagsForKeyShare({ uuids })
          : others.length === 0
            ? yield statements.resourceForKeyShare({ uuid, type })
            : yield statements.resourcesForKeyShare({ uuids, type });
      assertAllFound(reference, new Set(rows.map(([uuid]) => uuid as string)));
    }
  }

  function* insert<K extends ResourceKind>(
    kind: K,
    record: ResourceFields<K>,
    tags: readonly Tag[],
  ): Steps<Records[K]> {
    const { uuid } = record as { uuid: string };
    yield* statements.insertResource[kind]({ ...record, uuid }, uniqueTags(tags));
    return kind === 'ModelCenter' ? yield* mustFind(kind, uuid) : (record as Records[K]);
  }

  function* replace<K extends ResourceKind>(
    kind: K,
    uuids: readonly string[],
    change: (current: Records[K]) => ResourceFields<K>,
  ): Steps<Records[K][]> {
    const replaced: Records[K][] = [];
    for (const uuid of uuids) {
      const current = yield* mustFind(kind, uuid);
      const changed = { ...change(current) } as Records[K];
      for (const name of readOnlyFields[kind] ?? []) changed[name] = current[name];
      yield statements.updateResource[kind](changed);
      yield* replaceLists(kind, current as Lists, changed as Lists);
      replaced.push(changed);
    }
    return replaced;
  }

  /** Replaces a service's images, or a model's refs, if they differ. */
  function* replaceLists(kind: ResourceKind, current: Lists, changed: Lists): Steps<void> {
    const { uuid, modelServiceImages: images = [], modelServiceRefs: refs = [] } = changed;
    if (kind === 'ModelService' && images !== current.modelServiceImages) {
      yield statements.deleteImages({ uuid });
      yield* statements.insertAll.modelServiceImages(images);
    }
    if (kind === 'Model' && refs !== current.modelServiceRefs) {
      // The old default first, because a unique index allows only one default for each model.
      yield statements.unmarkDefaultRef({ uuid });
      yield* statements.insertAll.modelServiceRefs(
        refs.map((ref) => ({ ...ref, isDefault: false })),
      );
      for (const ref of refs) if (ref.isDefault) yield statements.markDefaultRef(ref);
    }
  }

  function* bind(ref: ModelServiceRef): Steps<ModelService> {
    yield* statements.insertAll.modelServiceRefs([ref]);
    return yield* mustFind('ModelService', ref.modelServiceUuid);
  }

  function* addWithReferences<K extends ResourceKind, Result>(
    kind: K,
    record: ResourceFields<K>,
    { references, tags }: WriteExtras,
    toResult: (added: Records[K]) => Result,
  ): Steps<Result> {
    yield* assertReferences(references);
    return toResult(yield* insert(kind, record, tags));
  }

  function* addDerived<K extends ResourceKind, Result>(
    kind: K,
    serviceUuid: string,
    derive: (service: ModelService) => ResourceFields<K>,
    { references, tags }: WriteExtras,
    toResult: (added: Records[K]) => Result,
  ): Steps<Result> {
    yield* statements.lockToDerive({ uuid: serviceUuid });
    yield* assertReferences(references);
    const record = derive(yield* mustFind('ModelService', serviceUuid));
    return toResult(yield* insert(kind, record, tags));
  }

  /**
   * Runs a write that adds a resource. Where the answer to its commit is lost, the resource is looked for, after a wait
   * for a transaction that still adds it.
   * @param work calls `toResult` with the resource before it ends
   */
  function add<K extends ResourceKind, Result>(
    run: Transactions['write'],
    kind: K,
    toResult: (added: Records[K]) => Result,
    work: (toResult: (added: Records[K]) => Result) => Steps<Result>,
  ): Promise<Result> {
    let attempted: Added<Result> | undefined;
    const remember = (added: Records[K]) => {
      attempted = { ...(added as unknown as Added<Result>), result: toResult(added) };
      return attempted.result;
    };
    return run(
      () => work(remember),
      () => findAdded(kind, attempted),
    );
  }

  function* findAdded<Result>(kind: ResourceKind, added?: Added<Result>): Steps<Done<Result>> {
    if (!added || (yield statements.claimUuid(added)).count > 0) return undefined;
    // Another resource may have had the uuid before.
    const stored = yield* find(kind, added.uuid);
    return stored?.createDate === added.createDate ? added : undefined;
  }

  return ({ write, writeStatement }) => {
    /** Makes a write whose steps are a generator function that is made once (see `Work`). */
    const transaction =
      <Args extends unknown[], Result>(steps: (...args: Args) => Steps<Result>, run = write) =>
      (...args: Args): Promise<Result> =>
        run(() => steps(...args));

    return {
      addResource: (kind, record, extras, toResult) => {
        const isSingle = extras.references.length === 0 && kind !== 'ModelCenter';
        return add(isSingle ? writeStatement : write, kind, toResult, (remember) => {
          if (!isSingle) return addWithReferences(kind, record, extras, remember);
          // A single statement has no transaction: it would stay where its result can't be made.
          const result = remember(record as never);
          return addWithReferences(kind, record, extras, () => result);
        });
      },

      deriveResource: (kind, serviceUuid, derive, extras, toResult) =>
        add(write, kind, toResult, (remember) =>
          addDerived(kind, serviceUuid, derive, extras, remember),
        ),

      changeResources: (kind, uuids, change, extras, toResult) =>
        write(() => changeLocked(uuids, extras, replace(kind, uuids, change), toResult)),

      bindModelToService: (ref, extras, toResult) =>
        write(() => changeLocked([ref.modelServiceUuid], extras, bind(ref), toResult)),

      unbindModelFromService: transaction(function* (modelUuid, modelServiceUuid, toResult) {
        yield* statements.lockForUpdate({ uuids: [modelUuid, modelServiceUuid] });
        yield statements.deleteRef({ modelUuid, modelServiceUuid });
        return toResult();
      }),

      deleteResources: transaction(function* (
        type,
        uuids,
        toResult,
        { withUses } = { withUses: false },
      ) {
        const { rows } = yield statements.resourcesForUpdate({ uuids, type });
        const found = rows.flat() as string[];
        const uses = withUses ? { rows: [] } : yield statements.usedByGroups({ uuids: found });
        const used = new Set(uses.rows.flat() as string[]);
        yield statements.deleteResources({ uuids: found.filter((uuid) => !used.has(uuid)) });
        return toResult(used);
      }),

      deleteModelCenter: transaction(function* (uuid, { withContents }, toResult) {
        const findContents = function* (): Steps<string[][]> {
          return (yield statements.contentsOfCenter({ uuid })).rows as string[][];
        };
        const uuidsOf = (contents: string[][]) => contents.map(([, each]) => each);
        const first = withContents ? uuidsOf(yield* findContents()) : [];
        yield* statements.lockForUpdate({ uuids: [uuid, ...first] });
        const center = { uuids: [uuid], type: 'ModelCenterVO' };
        const { count } = yield statements.resourcesForUpdate(center);
        if (count === 0) return toResult();
        // Found again, because some may have been moved before the lock.
        const found = yield* findContents();
        if (found.length > 0 && !withContents) throw hasContents(uuid, found);
        yield* statements.lockForUpdate({ uuids: uuidsOf(found) });
        const locked = new Set(uuidsOf(found));
        const deleted = uuidsOf(yield* findContents()).filter((each) => locked.has(each));
        yield statements.deleteResources({ uuids: [uuid, ...deleted] });
        return toResult();
      }),

      addTag: transaction(function* (tag, toResult) {
        yield* assertReferences([referenceTo('resourceUuid', tag.resourceType, tag.resourceUuid)]);
        const added = yield* statements.insertAll.tags([tag]);
        if (added === 0) throw alreadyTagged(tag);
        return toResult();
      }),

      changeSystemTag: transaction(function* (uuid, change, toResult) {
        yield* statements.tagsForUpdate({ uuids: [uuid] });
        const current = yield* find('SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if ((yield statements.sameTag(changed)).count > 0) throw alreadyTagged(changed);
        yield statements.updateTag(changed);
        return toResult(changed);
      }),

      deleteTag: transaction(function* (uuid, toResult) {
        yield statements.deleteTag({ uuid });
        return toResult();
      }, writeStatement),

      renewSession: transaction(function* (uuid, now, expiredDate, toResult) {
        const [session] = yield* statements.setExpiry({ uuid, now, expiredDate });
        return toResult(session);
      }),
    };
  };
}

type Added<Result> = { uuid: string; createDate: number; result: Result };

type Lists = { uuid: string } & Partial<
  Pick<ModelService, 'modelServiceImages' | 'modelServiceRefs'>
>;

/** The first tag of each owner, type and text. */
function uniqueTags(tags: readonly Tag[]): Tag[] {
  const byText = new Map<string, Tag>();
  for (const tag of tags) {
    const key = `${tag.resourceUuid} ${tag.type} ${tag.tag}`;
    if (!byText.has(key)) byText.set(key, tag);
  }
  return [...byText.values()];
}
