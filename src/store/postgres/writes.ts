import type { WriteExtras, Writes } from '../../domain/dependencies.ts';
import type { Model, ModelService, Tag } from '../../domain/records.ts';
import { alreadyTagged, alreadyUsed, hasModels, notFound, ownerOf } from '../errors.ts';
import type { Outcome, Run, Work } from './connections.ts';
import { overtakenBy } from './errors.ts';
import { findRecord, presentRecord } from './reads.ts';
import { requireReference } from './references.ts';
import { moveExpiry } from './sessions.ts';
import { rowsOf } from './statement.ts';
import { statements } from './statements.ts';
import { modelServiceImages, modelServiceRefs, tags as tagsTable } from './tables.ts';

/** How work becomes a transaction, which is durable when the promise resolves. */
export interface Write {
  <Result>(work: Work<Result>): Promise<Result>;
  /** The same for work that is one statement. */
  atOnce: <Result>(work: Work<Result>) => Promise<Result>;
}

const images = ({ modelServiceImages: records }: ModelService) =>
  rowsOf(modelServiceImages, records);
const refs = ({ modelServiceRefs: records }: Pick<Model, 'modelServiceRefs'>) =>
  rowsOf(modelServiceRefs, records);
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
    insert: (run: Run) => Promise<Outcome>,
    resultOf: (run: Run) => Result | Promise<Result>,
    isAtOnce = true,
  ): Promise<Result> {
    const make = references.length === 0 && isAtOnce ? write.atOnce : write;
    return make(async (run) => {
      for (const reference of references) await requireReference(run, reference);
      await insert(run).catch((error) => refuseTaken(error, uuid));
      return resultOf(run);
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
      await statements.lockAll(run, { uuids });
      for (const reference of extras.references) await requireReference(run, reference);
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
      ...{ images: images(service), refs: refs(service), tags: tagRows(extras.tags) },
    });

  return {
    addModelService: (service, extras, resultOf) =>
      addResource(
        service.uuid,
        extras,
        (run) => insertService(run, service, extras),
        () => resultOf(),
      ),

    changeModelService: (uuid, change, extras, resultOf) =>
      changeResource(uuid, extras, async (run) => {
        const current = await presentRecord(run, 'ModelService', uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        await statements.updateService(run, changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          await statements.deleteImages(run, { uuid });
          await statements.insertImages(run, { images: images(changed) });
        }
        return resultOf(changed);
      }),

    cloneModelService: (sourceUuid, derive, extras, resultOf) =>
      write(async (run) => {
        // With the models that it is bound to, which the clone refers to as well.
        const bound = await findRecord(run, 'ModelService', sourceUuid);
        const models = bound?.modelServiceRefs.map(({ modelUuid }) => modelUuid) ?? [];
        await statements.holdAll(run, { uuids: [sourceUuid, ...models] });
        for (const reference of extras.references) await requireReference(run, reference);
        const clone = derive(await presentRecord(run, 'ModelService', sourceUuid));
        await insertService(run, clone, extras).catch((error) => refuseTaken(error, clone.uuid));
        return resultOf(clone);
      }),

    addModel: (model, extras, resultOf) =>
      addResource(
        model.uuid,
        extras,
        (run) =>
          statements.insertModel(run, { ...model, refs: refs(model), tags: tagRows(extras.tags) }),
        () => resultOf(),
      ),

    bindModelToService: (ref, extras, resultOf) =>
      changeResource(ref.modelServiceUuid, extras, async (run) => {
        await statements.insertRefOnce(run, { refs: refs({ modelServiceRefs: [ref] }) });
        return resultOf(await presentRecord(run, 'ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, resultOf) =>
      write(async (run) => {
        await statements.lockAll(run, { uuids: [modelUuid, modelServiceUuid] });
        await statements.deleteRef(run, { modelUuid, modelServiceUuid });
        return resultOf();
      }),

    changeModel: (uuid, change, extras, resultOf) =>
      changeResource(uuid, extras, async (run) => {
        const current = await presentRecord(run, 'Model', uuid);
        const changed = change(current);
        await statements.updateModel(run, changed);
        if (changed.modelServiceRefs !== current.modelServiceRefs) {
          // One after the other: at no moment may there be two default ones.
          await statements.unmarkDefaultRef(run, { uuid });
          const known = new Set(current.modelServiceRefs.map((ref) => ref.modelServiceUuid));
          const added = changed.modelServiceRefs.filter((ref) => !known.has(ref.modelServiceUuid));
          const unmarked = added.map((ref) => ({ ...ref, isDefault: false }));
          await statements.insertRefOnce(run, { refs: refs({ modelServiceRefs: unmarked }) });
          const marked = changed.modelServiceRefs.filter(({ isDefault }) => isDefault);
          for (const ref of marked) await statements.markDefaultRef(run, ref);
        }
        return resultOf(changed);
      }),

    addModelCenter: (center, extras, resultOf) =>
      addResource(
        center.uuid,
        extras,
        (run) => statements.insertCenter(run, { ...center, tags: tagRows(extras.tags) }),
        async (run) => resultOf(await presentRecord(run, 'ModelCenter', center.uuid)),
        false,
      ),

    changeModelCenter: (uuid, change, extras, resultOf) =>
      changeResource(uuid, extras, async (run) => {
        const current = await presentRecord(run, 'ModelCenter', uuid);
        const { modelUsedCapacity, modelServiceUsedCapacity } = current;
        const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
        await statements.updateCenter(run, changed);
        return resultOf(changed);
      }),

    deleteResources: (type, uuids, resultOf) =>
      write(async (run) => {
        // In one order, or two that delete the same would wait for each other.
        await statements.lockResources(run, { uuids, type });
        await statements.deleteResources(run, { uuids, type });
        return resultOf();
      }),

    deleteModelCenter: (uuid, { withModels }, resultOf) =>
      write(async (run) => {
        const modelsNow = async () =>
          (await statements.modelsOfCenter(run, { uuid })).rows.map(([model]) => model);
        await statements.lockAll(run, { uuids: [uuid, ...(withModels ? await modelsNow() : [])] });
        const center = { uuids: [uuid], type: 'ModelCenterVO' };
        const { count } = await statements.lockResources(run, center);
        if (count === 0) return resultOf();
        // Again: until it was locked a model may have been moved.
        const models = await modelsNow();
        if (models.length > 0 && !withModels) throw hasModels(uuid, models.length);
        await statements.lockResources(run, { uuids: models, type: 'ModelVO' });
        const locked = new Set(models);
        const left = (await modelsNow()).filter((model) => locked.has(model));
        await statements.deleteResources(run, { uuids: left, type: 'ModelVO' });
        await statements.deleteResources(run, center);
        return resultOf();
      }),

    addTag: (tag, resultOf) =>
      write(async (run) => {
        await requireReference(run, ownerOf(tag));
        const { count } = await statements.insertTagOnce(run, { tags: tagRows([tag]) });
        if (count === 0) throw alreadyTagged(tag);
        return resultOf();
      }),

    changeSystemTag: (uuid, change, resultOf) =>
      write(async (run) => {
        await statements.lockTag(run, { uuid });
        const current = await findRecord(run, 'SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if ((await statements.sameTag(run, changed)).count > 0) throw alreadyTagged(changed);
        await statements.updateTag(run, changed);
        return resultOf(changed);
      }),

    deleteTag: (uuid, resultOf) =>
      write(async (run) => {
        await statements.deleteTag(run, { uuid });
        return resultOf();
      }),

    renewSession: (uuid, now, expiredDate, resultOf) =>
      write(async (run) => resultOf(await moveExpiry(run, uuid, now, expiredDate))),
  };
}

/** Each text of a type once, as the first of them has it. */
function tagRows(tags: readonly Tag[]) {
  const byText = new Map(tags.map((tag) => [`${tag.type} ${tag.tag}`, tag] as const).toReversed());
  return rowsOf(tagsTable, [...byText.values()].toReversed());
}

/** @throws ApiError SYS.1007 where what kept a resource from being inserted is its uuid */
function refuseTaken(error: unknown, uuid: string): never {
  throw RESOURCE_KEYS.has(overtakenBy(error) ?? '') ? alreadyUsed(uuid) : error;
}
