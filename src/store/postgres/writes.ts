import type { WriteExtras, Writes } from '../../domain/dependencies.ts';
import type { Model, ModelService, Tag } from '../../domain/records.ts';
import { alreadyTagged, alreadyUsed, hasModels, notFound, ownerReference } from '../errors.ts';
import type { Run, StatementResult, Work } from './connections.ts';
import { violatedConstraint } from './errors.ts';
import { findRecord, mustFindRecord } from './reads.ts';
import { assertReference } from './references.ts';
import { moveExpiry } from './sessions.ts';
import { columnValues } from './statement.ts';
import { statements } from './statements.ts';
import { modelServiceImages, modelServiceRefs, tags as tagsTable } from './tables.ts';

/** How work becomes a transaction, which is durable when the promise resolves. */
export interface Write {
  <Result>(work: Work<Result>): Promise<Result>;
  /** The same for work that is one statement. */
  singleStatement: <Result>(work: Work<Result>) => Promise<Result>;
}

const imageRows = ({ modelServiceImages: records }: ModelService) =>
  columnValues(modelServiceImages, records);
const refRows = ({ modelServiceRefs: records }: Pick<Model, 'modelServiceRefs'>) =>
  columnValues(modelServiceRefs, records);
/** Indexes in which a resource's own uuid is; which of them is met first the database chooses. */
const RESOURCE_KEYS = new Set([
  ...['resources_pkey', 'model_services_pkey', 'models_pkey', 'model_centers_pkey'],
]);

/** The writes of operations, each in a transaction that `write` makes. */
export function operationWrites(write: Write): Writes {
  /** A write of a new resource, whose row and tags are one statement. */
  function addResource<Result>(
    uuid: string,
    { references }: WriteExtras,
    insert: (run: Run) => Promise<StatementResult>,
    toResult: (run: Run) => Result | Promise<Result>,
    isSingleStatement = true,
  ): Promise<Result> {
    const make = references.length === 0 && isSingleStatement ? write.singleStatement : write;
    return make(async (run) => {
      for (const reference of references) await assertReference(run, reference);
      await insert(run).catch((error) => rejectTaken(error, uuid));
      return toResult(run);
    });
  }

  /** A write to a resource, which with those it names nobody else changes meanwhile; its tags are attached last. */
  function changeResource<Result>(
    uuid: string,
    extras: WriteExtras,
    work: Work<Result>,
  ): Promise<Result> {
    return write(async (run) => {
      const others = extras.references.filter((reference) => reference.type !== 'TagVO');
      const uuids = [uuid, ...others.flatMap((reference) => reference.uuids)];
      await statements.lockForUpdate(run, { uuids });
      for (const reference of extras.references) await assertReference(run, reference);
      const result = await work(run);
      if (extras.tags.length > 0) {
        await statements.insertTagOnce(run, { tags: tagRows(extras.tags) });
      }
      return result;
    });
  }

  const insertService = (run: Run, service: ModelService, extras: WriteExtras) =>
    statements.insertService(run, {
      ...service,
      ...{ images: imageRows(service), refs: refRows(service), tags: tagRows(extras.tags) },
    });

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
          await statements.insertImages(run, { images: imageRows(changed) });
        }
        return toResult(changed);
      }),

    cloneModelService: (sourceUuid, derive, extras, toResult) =>
      write(async (run) => {
        // With the models that it is bound to, which the clone refers to as well.
        const bound = await findRecord(run, 'ModelService', sourceUuid);
        const models = bound?.modelServiceRefs.map(({ modelUuid }) => modelUuid) ?? [];
        await statements.lockForKeyShare(run, { uuids: [sourceUuid, ...models] });
        for (const reference of extras.references) await assertReference(run, reference);
        const clone = derive(await mustFindRecord(run, 'ModelService', sourceUuid));
        await insertService(run, clone, extras).catch((error) => rejectTaken(error, clone.uuid));
        return toResult(clone);
      }),

    addModel: (model, extras, toResult) =>
      addResource(
        model.uuid,
        extras,
        (run) =>
          statements.insertModel(run, {
            ...model,
            refs: refRows(model),
            tags: tagRows(extras.tags),
          }),
        () => toResult(),
      ),

    bindModelToService: (ref, extras, toResult) =>
      changeResource(ref.modelServiceUuid, extras, async (run) => {
        await statements.insertRefOnce(run, { refs: refRows({ modelServiceRefs: [ref] }) });
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
          // One after the other: at no moment may there be two default ones.
          await statements.unmarkDefaultRef(run, { uuid });
          const known = new Set(current.modelServiceRefs.map((ref) => ref.modelServiceUuid));
          const added = changed.modelServiceRefs.filter((ref) => !known.has(ref.modelServiceUuid));
          const unmarked = added.map((ref) => ({ ...ref, isDefault: false }));
          await statements.insertRefOnce(run, { refs: refRows({ modelServiceRefs: unmarked }) });
          const marked = changed.modelServiceRefs.filter(({ isDefault }) => isDefault);
          for (const ref of marked) await statements.markDefaultRef(run, ref);
        }
        return toResult(changed);
      }),

    addModelCenter: (center, extras, toResult) =>
      addResource(
        center.uuid,
        extras,
        (run) => statements.insertCenter(run, { ...center, tags: tagRows(extras.tags) }),
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
        // In one order, or two that delete the same would wait for each other.
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
        // Again: until it was locked a model may have been moved.
        const models = await modelsNow();
        if (models.length > 0 && !withModels) throw hasModels(uuid, models.length);
        await statements.lockResourcesForUpdate(run, { uuids: models, type: 'ModelVO' });
        const locked = new Set(models);
        const left = (await modelsNow()).filter((model) => locked.has(model));
        await statements.deleteResources(run, { uuids: left, type: 'ModelVO' });
        await statements.deleteResources(run, center);
        return toResult();
      }),

    addTag: (tag, toResult) =>
      write(async (run) => {
        await assertReference(run, ownerReference(tag));
        const { count } = await statements.insertTagOnce(run, { tags: tagRows([tag]) });
        if (count === 0) throw alreadyTagged(tag);
        return toResult();
      }),

    changeSystemTag: (uuid, change, toResult) =>
      write(async (run) => {
        await statements.lockTag(run, { uuid });
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
      write(async (run) => toResult(await moveExpiry(run, uuid, now, expiredDate))),
  };
}

/** Each text of a type once, as the first of them has it. */
function tagRows(tags: readonly Tag[]) {
  const byText = new Map(tags.map((tag) => [`${tag.type} ${tag.tag}`, tag] as const).toReversed());
  return columnValues(tagsTable, [...byText.values()].toReversed());
}

/** @throws ApiError SYS.1007 where what kept a resource from being inserted is its uuid */
function rejectTaken(error: unknown, uuid: string): never {
  throw RESOURCE_KEYS.has(violatedConstraint(error) ?? '') ? alreadyUsed(uuid) : error;
}
