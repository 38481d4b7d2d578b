import type { ModelService, Tag } from '../domain/records.ts';
import type { Reference, WriteExtras, Writes } from '../domain/store.ts';
import { alreadyTagged, assertAllFound, hasModels, notFound, ownerReference } from './errors.ts';
import type { CompiledRecords } from './records.ts';
import type { Statements } from './statements.ts';
import type { Steps, Transactions, Work } from './steps.ts';

/** Creates the writes of the operations; each runs in one transaction. */
export function operationWrites(
  statements: Statements,
  { find, mustFind }: CompiledRecords,
  { write, writeStatement }: Pick<Transactions, 'write' | 'writeStatement'>,
): Writes {
  /** Adds a resource with its lists and tags, which is one statement on PostgreSQL. */
  function addResource<Result>(
    { references, tags }: WriteExtras,
    insert: (tags: Tag[]) => Steps<void>,
    toResult: () => Result,
  ): Promise<Result> {
    const run = references.length === 0 ? writeStatement : write;
    return run(function* () {
      yield* assertReferences(references);
      const result = toResult();
      yield* insert(uniqueTags(tags));
      return result;
    });
  }

  /** Changes a resource under locks on it and on all resources it refers to; attaches its tags last. */
  function changeResource<Result>(
    uuid: string,
    { references, tags }: WriteExtras,
    work: Work<Result>,
  ): Promise<Result> {
    return write(function* () {
      const others = references.filter((reference) => reference.type !== 'TagVO');
      const uuids = [uuid, ...others.flatMap((reference) => reference.uuids)];
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
      const { rows } =
        type === 'TagVO'
          ? yield statements.tagsForKeyShare({ uuids })
          : yield statements.resourcesForKeyShare({ uuids, type });
      assertAllFound(reference, new Set(rows.map(([uuid]) => uuid as string)));
    }
  }

  return {
    addModelService: (service, extras, toResult) =>
      addResource(extras, (tags) => statements.insertService(service, tags), toResult),

    changeModelService: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, function* () {
        const current = yield* mustFind('ModelService', uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        yield statements.updateService(changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          yield statements.deleteImages({ uuid });
          yield* statements.insertAll.modelServiceImages(changed.modelServiceImages);
        }
        return toResult(changed);
      }),

    cloneModelService: (sourceUuid, derive, { references, tags }, toResult) =>
      write(function* () {
        yield* statements.lockToClone({ uuid: sourceUuid });
        yield* assertReferences(references);
        const clone: ModelService = derive(yield* mustFind('ModelService', sourceUuid));
        yield* statements.insertService(clone, uniqueTags(tags));
        return toResult(clone);
      }),

    addModel: (model, extras, toResult) =>
      addResource(extras, (tags) => statements.insertModel(model, tags), toResult),

    bindModelToService: (ref, extras, toResult) =>
      changeResource(ref.modelServiceUuid, extras, function* () {
        yield* statements.insertAll.modelServiceRefs([ref]);
        return toResult(yield* mustFind('ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, toResult) =>
      write(function* () {
        yield* statements.lockForUpdate({ uuids: [modelUuid, modelServiceUuid] });
        yield statements.deleteRef({ modelUuid, modelServiceUuid });
        return toResult();
      }),

    changeModel: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, function* () {
        const current = yield* mustFind('Model', uuid);
        const changed = change(current);
        yield statements.updateModel(changed);
        const { modelServiceRefs: refs } = changed;
        if (refs !== current.modelServiceRefs) {
          // The old default first, because a unique index allows only one default for each model.
          yield statements.unmarkDefaultRef({ uuid });
          yield* statements.insertAll.modelServiceRefs(
            refs.map((ref) => ({ ...ref, isDefault: false })),
          );
          for (const ref of refs) if (ref.isDefault) yield statements.markDefaultRef(ref);
        }
        return toResult(changed);
      }),

    addModelCenter: (center, { references, tags }, toResult) =>
      write(function* () {
        yield* assertReferences(references);
        yield* statements.insertCenter(center, uniqueTags(tags));
        return toResult(yield* mustFind('ModelCenter', center.uuid));
      }),

    changeModelCenter: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, function* () {
        const current = yield* mustFind('ModelCenter', uuid);
        const { modelUsedCapacity, modelServiceUsedCapacity } = current;
        const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
        yield statements.updateCenter(changed);
        return toResult(changed);
      }),

    deleteResources: (type, uuids, toResult) =>
      write(function* () {
        yield statements.resourcesForUpdate({ uuids, type });
        yield statements.deleteResources({ uuids, type });
        return toResult();
      }),

    deleteModelCenter: (uuid, { withModels }, toResult) =>
      write(function* () {
        const findModels = function* (): Steps<string[]> {
          return (yield statements.modelsOfCenter({ uuid })).rows.map(([model]) => model as string);
        };
        const uuids = [uuid, ...(withModels ? yield* findModels() : [])];
        yield* statements.lockForUpdate({ uuids });
        const center = { uuids: [uuid], type: 'ModelCenterVO' };
        if ((yield statements.resourcesForUpdate(center)).count === 0) return toResult();
        // Found again, because a model may have been moved before the lock.
        const models = yield* findModels();
        if (models.length > 0 && !withModels) throw hasModels(uuid, models.length);
        yield statements.resourcesForUpdate({ uuids: models, type: 'ModelVO' });
        const locked = new Set(models);
        const deleted = (yield* findModels()).filter((model) => locked.has(model));
        yield statements.deleteResources({ uuids: deleted, type: 'ModelVO' });
        yield statements.deleteResources(center);
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

/** The first tag of each owner, type and text. */
function uniqueTags(tags: readonly Tag[]): Tag[] {
  const byText = new Map<string, Tag>();
  for (const tag of tags) {
    const key = `${tag.resourceUuid} ${tag.type} ${tag.tag}`;
    if (!byText.has(key)) byText.set(key, tag);
  }
  return [...byText.values()];
}
