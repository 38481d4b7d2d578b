import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { ModelService } from '../../domain/records.ts';
import type { Reference, WriteExtras, Writes } from '../../domain/store.ts';
import {
  alreadyTagged,
  alreadyUsed,
  assertAllFound,
  hasModels,
  notFound,
  ownerReference,
} from '../errors.ts';
import type { CompiledRecords } from './records.ts';
import { listOf, type Statements } from './statements.ts';

/** Runs work in a transaction, which is durable when the promise resolves. */
export type Write = <Result>(work: () => Result) => Promise<Result>;

/** Creates the writes of the operations; each runs in one transaction of `write`. */
export function operationWrites(run: Statements, records: CompiledRecords, write: Write): Writes {
  function addResource(uuid: string, type: ResourceType): void {
    if (!run.insert.resources({ uuid, type })) {
      throw alreadyUsed(uuid);
    }
  }

  function insertService(service: ModelService): void {
    addResource(service.uuid, 'ModelServiceVO');
    run.insert.modelServices(service);
    for (const image of service.modelServiceImages) run.insert.modelServiceImages(image);
    for (const ref of service.modelServiceRefs) run.insert.modelServiceRefs(ref);
  }

  /** Runs a write to a resource: first checks its references, last attaches its tags. */
  function writeResource<Result>(extras: WriteExtras, work: () => Result): Promise<Result> {
    return write(() => {
      for (const reference of extras.references) assertReference(run, reference);
      const result = work();
      for (const tag of extras.tags) run.insert.tags(tag);
      return result;
    });
  }

  return {
    addModelService: (service, extras, toResult) =>
      writeResource(extras, () => {
        insertService(service);
        return toResult();
      }),

    changeModelService: (uuid, change, extras, toResult) =>
      writeResource(extras, () => {
        const current = records.mustFind('ModelService', uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        run.updateService(changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          run.deleteImages({ uuid });
          for (const image of changed.modelServiceImages) run.insert.modelServiceImages(image);
        }
        return toResult(changed);
      }),

    cloneModelService: (sourceUuid, derive, extras, toResult) =>
      writeResource(extras, () => {
        const clone = derive(records.mustFind('ModelService', sourceUuid));
        insertService(clone);
        return toResult(clone);
      }),

    addModel: (model, extras, toResult) =>
      writeResource(extras, () => {
        addResource(model.uuid, 'ModelVO');
        run.insert.models(model);
        for (const ref of model.modelServiceRefs) run.insert.modelServiceRefs(ref);
        return toResult();
      }),

    bindModelToService: (ref, extras, toResult) =>
      writeResource(extras, () => {
        run.insert.modelServiceRefs(ref);
        return toResult(records.mustFind('ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, toResult) =>
      write(() => {
        run.deleteRef({ modelUuid, modelServiceUuid });
        return toResult();
      }),

    changeModel: (uuid, change, extras, toResult) =>
      writeResource(extras, () => {
        const current = records.mustFind('Model', uuid);
        const changed = change(current);
        run.updateModel(changed);
        if (changed.modelServiceRefs !== current.modelServiceRefs) {
          // The old default first, because a unique index allows only one default for each model.
          run.unmarkDefaultRef({ uuid });
          for (const ref of changed.modelServiceRefs) {
            run.insert.modelServiceRefs({ ...ref, isDefault: false });
            if (ref.isDefault) run.markDefaultRef(ref);
          }
        }
        return toResult(changed);
      }),

    addModelCenter: (center, extras, toResult) =>
      writeResource(extras, () => {
        addResource(center.uuid, 'ModelCenterVO');
        run.insert.modelCenters(center);
        return toResult(records.mustFind('ModelCenter', center.uuid));
      }),

    changeModelCenter: (uuid, change, extras, toResult) =>
      writeResource(extras, () => {
        const current = records.mustFind('ModelCenter', uuid);
        const { modelUsedCapacity, modelServiceUsedCapacity } = current;
        const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
        run.updateCenter(changed);
        return toResult(changed);
      }),

    deleteResources: (type, uuids, toResult) =>
      write(() => {
        run.deleteResources({ ...listOf(uuids), type });
        return toResult();
      }),

    deleteModelCenter: (uuid, { withModels }, toResult) =>
      write(() => {
        if (!records.find('ModelCenter', uuid)) return toResult();
        const modelUuids = run.modelsOfCenter({ uuid });
        if (modelUuids.length > 0 && !withModels) {
          throw hasModels(uuid, modelUuids.length);
        }
        run.deleteResources({ ...listOf(modelUuids), type: 'ModelVO' });
        run.deleteResources({ ...listOf([uuid]), type: 'ModelCenterVO' });
        return toResult();
      }),

    addTag: (tag, toResult) =>
      write(() => {
        assertReference(run, ownerReference(tag));
        if (!run.insert.tags(tag)) throw alreadyTagged(tag);
        return toResult();
      }),

    changeSystemTag: (uuid, change, toResult) =>
      write(() => {
        const current = records.find('SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if (run.sameTag(changed).length > 0) throw alreadyTagged(changed);
        run.updateTag(changed);
        return toResult(changed);
      }),

    deleteTag: (uuid, toResult) =>
      write(() => {
        run.deleteTag({ uuid });
        return toResult();
      }),

    renewSession: (uuid, now, expiredDate, toResult) =>
      write(() => {
        const session = run.sessionByUuid({ uuid, now });
        if (!session) return toResult(undefined);
        run.updateSession({ uuid, expiredDate });
        return toResult({ ...session, expiredDate });
      }),
  };
}

/** @throws ApiError SYS.1003 naming the missing resources (F53) */
function assertReference(run: Statements, reference: Reference): void {
  const { type, uuids } = reference;
  const found =
    type === 'TagVO'
      ? run.tagsByUuid(listOf(uuids))
      : run.resourcesByUuid({ ...listOf(uuids), type });
  assertAllFound(reference, new Set(found));
}
