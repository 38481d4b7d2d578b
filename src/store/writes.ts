import type { ResourceKind } from '../contract/schemas/fields.ts';
import {
  type ModelService,
  type Records,
  type ResourceFields,
  type Tag,
  type UsedCapacity,
  usedCapacities,
} from '../domain/records.ts';
import type { Reference, WriteExtras, Writes } from '../domain/store.ts';
import { alreadyTagged, assertAllFound, hasContents, notFound, ownerReference } from './errors.ts';
import type { CompiledRecords } from './records.ts';
import type { Statements } from './statements.ts';
import type { Steps, Transactions, Work } from './steps.ts';

/** The fields that a change leaves as they are, because they are stored elsewhere. */
const readOnlyFields: { [K in ResourceKind]?: readonly (keyof Records[K])[] } = {
  ModelService: ['modelServiceRefs'],
  ModelCenter: Object.keys(usedCapacities) as (keyof UsedCapacity)[],
};

/** Creates the writes of the operations; each runs in one transaction. */
export function operationWrites(
  statements: Statements,
  { find, mustFind }: CompiledRecords,
  { write, writeStatement }: Pick<Transactions, 'write' | 'writeStatement'>,
): Writes {
  /** Changes resources under locks on them and on all that they refer to; attaches their tags last. */
  function changeLocked<Result>(
    changed: readonly string[],
    { references, tags }: WriteExtras,
    work: Work<Result>,
  ): Promise<Result> {
    return write(function* () {
      const others = references.filter((reference) => reference.type !== 'TagVO');
      const uuids = [...changed, ...others.flatMap((reference) => reference.uuids)];
      yield* statements.lockForUpdate({ uuids });
      yield* assertReferences(references);
      const result = yield* work();
      yield* statements.insertAll.tags(uniqueTags(tags));
      return result;
    });
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
    uuid: string,
    change: (current: Records[K]) => ResourceFields<K>,
  ): Steps<Records[K]> {
    const current = yield* mustFind(kind, uuid);
    const changed = { ...change(current) } as Records[K];
    for (const name of readOnlyFields[kind] ?? []) changed[name] = current[name];
    yield statements.updateResource[kind](changed);
    yield* replaceLists(kind, current as Lists, changed as Lists);
    return changed;
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

  /**
   * Runs a write that adds a resource. Where the answer to its commit is lost, the resource is looked for, after a wait
   * for a transaction that still adds it.
   * @param work calls `remember` with the resource and the result before it ends
   */
  function add<Result>(
    run: typeof write,
    kind: ResourceKind,
    work: (remember: (record: object, result: Result) => Result) => Steps<Result>,
  ): Promise<Result> {
    let attempted: { uuid: string; createDate: number; result: Result } | undefined;
    const remember = (record: object, result: Result) => {
      attempted = { ...(record as { uuid: string; createDate: number }), result };
      return result;
    };
    return run(
      () => work(remember),
      function* () {
        if (!attempted || (yield statements.claimUuid(attempted)).count > 0) return undefined;
        // Another resource may have had the uuid before.
        const stored = yield* find(kind, attempted.uuid);
        return stored?.createDate === attempted.createDate ? attempted : undefined;
      },
    );
  }

  return {
    addResource: (kind, record, { references, tags }, toResult) => {
      const isSingle = references.length === 0 && kind !== 'ModelCenter';
      return add(isSingle ? writeStatement : write, kind, function* (remember) {
        yield* assertReferences(references);
        // A single statement has no transaction: it would stay where its result can't be made.
        const early = isSingle && { result: remember(record, toResult(record as never)) };
        const added = yield* insert(kind, record, tags);
        return early ? early.result : remember(record, toResult(added));
      });
    },

    deriveResource: (kind, source, derive, { references, tags }, toResult) =>
      add(write, kind, function* (remember) {
        yield* statements.lockToDerive({ uuid: source.uuid });
        yield* assertReferences(references);
        const record = derive(yield* mustFind(source.kind, source.uuid));
        return remember(record, toResult(yield* insert(kind, record, tags)));
      }),

    changeResource: (kind, uuid, change, extras, toResult) =>
      changeLocked([uuid], extras, function* () {
        return toResult(yield* replace(kind, uuid, change));
      }),

    changeResources: (kind, uuids, change, extras, toResult) =>
      changeLocked(uuids, extras, function* () {
        const changed = [];
        for (const uuid of uuids) changed.push(yield* replace(kind, uuid, change));
        return toResult(changed);
      }),

    bindModelToService: (ref, extras, toResult) =>
      changeLocked([ref.modelServiceUuid], extras, function* () {
        yield* statements.insertAll.modelServiceRefs([ref]);
        return toResult(yield* mustFind('ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, toResult) =>
      write(function* () {
        yield* statements.lockForUpdate({ uuids: [modelUuid, modelServiceUuid] });
        yield statements.deleteRef({ modelUuid, modelServiceUuid });
        return toResult();
      }),

    deleteResources: (type, uuids, toResult, { withUses } = { withUses: false }) =>
      write(function* () {
        const { rows } = yield statements.resourcesForUpdate({ uuids, type });
        const found = rows.flat() as string[];
        const uses = withUses ? { rows: [] } : yield statements.usedByGroups({ uuids: found });
        const used = new Set(uses.rows.flat() as string[]);
        yield statements.deleteResources({ uuids: found.filter((uuid) => !used.has(uuid)) });
        return toResult(used);
      }),

    deleteModelCenter: (uuid, { withContents }, toResult) =>
      write(function* () {
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

    addTag: (tag, toResult) =>
      write(function* () {
        yield* assertReferences([ownerReference(tag)]);
        const added = yield* statements.insertAll.tags([tag]);
        if (added === 0) throw alreadyTagged(tag);
        return toResult();
      }),

    changeSystemTag: (uuid, change, toResult) =>
      write(function* () {
        yield* statements.tagsForUpdate({ uuids: [uuid] });
        const current = yield* find('SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if ((yield statements.sameTag(changed)).count > 0) throw alreadyTagged(changed);
        yield statements.updateTag(changed);
        return toResult(changed);
      }),

    deleteTag: (uuid, toResult) =>
      writeStatement(function* () {
        yield statements.deleteTag({ uuid });
        return toResult();
      }),

    renewSession: (uuid, now, expiredDate, toResult) =>
      write(function* () {
        const [session] = yield* statements.setExpiry({ uuid, now, expiredDate });
        return toResult(session);
      }),
  };
}

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
