import type { ModelService, Tag } from '../../domain/records.ts';
import type { Reference, WriteExtras, Writes } from '../../domain/store.ts';
import {
  alreadyTagged,
  alreadyUsed,
  assertAllFound,
  hasModels,
  notFound,
  ownerReference,
} from '../errors.ts';
import type { Run, StatementResult, Work } from './connections.ts';
import { violatedConstraint } from './errors.ts';
import { findRecord, mustFindRecord } from './reads.ts';
import { statements } from './statements.ts';

/** Runs work in a transaction, which is durable when the promise resolves. */
export interface Write {
  <Result>(work: Work<Result>): Promise<Result>;
  /** Runs work of a single statement, which needs no explicit transaction. */
  singleStatement: <Result>(work: Work<Result>) => Promise<Result>;
}

/** Unique indexes on a resource's uuid; either may be violated, because the database checks them in any order. */
const RESOURCE_KEYS = /^(resources|model_services|models|model_centers)_pkey$/;

/** Creates the writes of the operations; each runs in one transaction of `write`. */
export function operationWrites(write: Write): Writes {
  /** Adds a resource; its row and tags are one statement. */
  function addResource<Result>(
    uuid: string,
    { references }: WriteExtras,
    insert: (run: Run) => Promise<StatementResult>,
    toResult: (run: Run) => Result | Promise<Result>,
    isSingleStatement = true,
  ): Promise<Result> {
    const make = references.length === 0 && isSingleStatement ? write.singleStatement : write;
    return make(async (run) => {
      await assertReferences(run, references);
      await insert(run).catch((error) => rejectTaken(error, uuid));
      return toResult(run);
    });
  }

  /** Changes a resource under locks on it and on all resources it refers to; attaches its tags last. */
  function changeResource<Result>(
    uuid: string,
    extras: WriteExtras,
    work: Work<Result>,
  ): Promise<Result> {
    return write(async (run) => {
      const others = extras.references.filter((reference) => reference.type !== 'TagVO');
      const uuids = [uuid, ...others.flatMap((reference) => reference.uuids)];
      await statements.lockForUpdate(run, { uuids });
      await assertReferences(run, extras.references);
      const result = await work(run);
      if (extras.tags.length > 0) {
        await statements.insertAll.tags(run, { rows: uniqueTags(extras.tags) });
      }
      return result;
    });
  }

  const insertService = (run: Run, service: ModelService, extras: WriteExtras) =>
    statements.insertService(run, { ...service, tags: uniqueTags(extras.tags) });

  return {
    addModelService: (service, extras, toResult) =>
      addResource(
        service.uuid,
        extras,
        (run) => insertService(run, service, extras),
        () => toResult(),
      ),

    changeModelService: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, async (run) => {
        const current = await mustFindRecord(run, 'ModelService', uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        await statements.updateService(run, changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          await statements.deleteImages(run, { uuid });
          await statements.insertAll.modelServiceImages(run, { rows: changed.modelServiceImages });
        }
        return toResult(changed);
      }),

    cloneModelService: (sourceUuid, derive, extras, toResult) =>
      write(async (run) => {
        // Also locks the models that it is bound to, since the clone refers to them too.
        const source = await findRecord(run, 'ModelService', sourceUuid);
        const models = source?.modelServiceRefs.map(({ modelUuid }) => modelUuid) ?? [];
        await statements.lockForKeyShare(run, { uuids: [sourceUuid, ...models] });
        await assertReferences(run, extras.references);
        const clone = derive(await mustFindRecord(run, 'ModelService', sourceUuid));
        await insertService(run, clone, extras).catch((error) => rejectTaken(error, clone.uuid));
        return toResult(clone);
      }),

    addModel: (model, extras, toResult) =>
      addResource(
        model.uuid,
        extras,
        (run) => statements.insertModel(run, { ...model, tags: uniqueTags(extras.tags) }),
        () => toResult(),
      ),

    bindModelToService: (ref, extras, toResult) =>
      changeResource(ref.modelServiceUuid, extras, async (run) => {
        await statements.insertAll.modelServiceRefs(run, { rows: [ref] });
        return toResult(await mustFindRecord(run, 'ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, toResult) =>
      write(async (run) => {
        await statements.lockForUpdate(run, { uuids: [modelUuid, modelServiceUuid] });
        await statements.deleteRef(run, { modelUuid, modelServiceUuid });
        return toResult();
      }),

    changeModel: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, async (run) => {
        const current = await mustFindRecord(run, 'Model', uuid);
        const changed = change(current);
        await statements.updateModel(run, changed);
        if (changed.modelServiceRefs !== current.modelServiceRefs) {
          // The old default first, because a unique index allows only one default for each model.
          await statements.unmarkDefaultRef(run, { uuid });
          const known = new Set(current.modelServiceRefs.map((ref) => ref.modelServiceUuid));
          const added = changed.modelServiceRefs.filter((ref) => !known.has(ref.modelServiceUuid));
          const rows = added.map((ref) => ({ ...ref, isDefault: false }));
          await statements.insertAll.modelServiceRefs(run, { rows });
          const marked = changed.modelServiceRefs.filter(({ isDefault }) => isDefault);
          for (const ref of marked) await statements.markDefaultRef(run, ref);
        }
        return toResult(changed);
      }),

    addModelCenter: (center, extras, toResult) =>
      addResource(
        center.uuid,
        extras,
        (run) => statements.insertCenter(run, { ...center, tags: uniqueTags(extras.tags) }),
        async (run) => toResult(await mustFindRecord(run, 'ModelCenter', center.uuid)),
        false,
      ),

    changeModelCenter: (uuid, change, extras, toResult) =>
      changeResource(uuid, extras, async (run) => {
        const current = await mustFindRecord(run, 'ModelCenter', uuid);
        const { modelUsedCapacity, modelServiceUsedCapacity } = current;
        const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
        await statements.updateCenter(run, changed);
        return toResult(changed);
      }),

    deleteResources: (type, uuids, toResult) =>
      write(async (run) => {
        await statements.lockResourcesForUpdate(run, { uuids, type });
        await statements.deleteResources(run, { uuids, type });
        return toResult();
      }),

    deleteModelCenter: (uuid, { withModels }, toResult) =>
      write(async (run) => {
        const modelsNow = async () =>
          (await statements.modelsOfCenter(run, { uuid })).rows.map(([model]) => model);
        await statements.lockForUpdate(run, {
          uuids: [uuid, ...(withModels ? await modelsNow() : [])],
        });
        const center = { uuids: [uuid], type: 'ModelCenterVO' };
        const { count } = await statements.lockResourcesForUpdate(run, center);
        if (count === 0) return toResult();
        // Checked again, because a model may have been moved before the lock.
        const models = await modelsNow();
        if (models.length > 0 && !withModels) throw hasModels(uuid, models.length);
        await statements.lockResourcesForUpdate(run, { uuids: models, type: 'ModelVO' });
        const locked = new Set(models);
        const uuids = (await modelsNow()).filter((model) => locked.has(model));
        await statements.deleteResources(run, { uuids, type: 'ModelVO' });
        await statements.deleteResources(run, center);
        return toResult();
      }),

    addTag: (tag, toResult) =>
      write(async (run) => {
        await assertReferences(run, [ownerReference(tag)]);
        const { count } = await statements.insertAll.tags(run, { rows: [tag] });
        if (count === 0) throw alreadyTagged(tag);
        return toResult();
      }),

    changeSystemTag: (uuid, change, toResult) =>
      write(async (run) => {
        await statements.lockTagsForUpdate(run, { uuids: [uuid] });
        const current = await findRecord(run, 'SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if ((await statements.sameTag(run, changed)).count > 0) throw alreadyTagged(changed);
        await statements.updateTag(run, changed);
        return toResult(changed);
      }),

    deleteTag: (uuid, toResult) =>
      write(async (run) => {
        await statements.deleteTag(run, { uuid });
        return toResult();
      }),

    renewSession: (uuid, now, expiredDate, toResult) =>
      write(async (run) => {
        const [session] = await statements.moveExpiry(run, { uuid, now, expiredDate });
        return toResult(session);
      }),
  };
}

/**
 * Locks the referenced resources, so that they exist until the transaction ends.
 * @throws ApiError SYS.1003 naming the missing resources (F53)
 */
async function assertReferences(run: Run, references: readonly Reference[]): Promise<void> {
  for (const reference of references) {
    const { type, uuids } = reference;
    const { rows } =
      type === 'TagVO'
        ? await statements.lockTagsForKeyShare(run, { uuids })
        : await statements.lockResourcesForKeyShare(run, { uuids, type });
    assertAllFound(reference, new Set(rows.map(([uuid]) => uuid as string)));
  }
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

/** @throws ApiError SYS.1007 if a resource could not be inserted because its uuid is in use */
function rejectTaken(error: unknown, uuid: string): never {
  throw RESOURCE_KEYS.test(violatedConstraint(error) ?? '') ? alreadyUsed(uuid) : error;
}
