import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { WriteExtras, Writes } from '../../domain/dependencies.ts';
import type { ModelService } from '../../domain/records.ts';
import { alreadyTagged, alreadyUsed, hasModels, notFound, ownerOf } from '../errors.ts';
import type { CompiledRecords } from './records.ts';
import { requireReference } from './references.ts';
import { moveExpiry, validSession } from './sessions.ts';
import type { Statements } from './statements.ts';

/** Does work in a transaction, which is durable when the promise resolves. */
export type Write = <Result>(work: () => Result) => Promise<Result>;

/** The writes of operations, each in a transaction that `write` makes. */
export function operationWrites(run: Statements, records: CompiledRecords, write: Write): Writes {
  function addResource(uuid: string, type: ResourceType): void {
    if (!run.insertResourceOnce({ uuid, type })) {
      throw alreadyUsed(uuid);
    }
  }

  function insertService(service: ModelService): void {
    addResource(service.uuid, 'ModelServiceVO');
    run.insertService(service);
    for (const image of service.modelServiceImages) run.insertImage(image);
    for (const ref of service.modelServiceRefs) run.insertRefOnce(ref);
  }

  /** A write to a resource: what it names must exist, its tags are attached last. */
  function writeResource<Result>(extras: WriteExtras, work: () => Result): Promise<Result> {
    return write(() => {
      for (const reference of extras.references) requireReference(run, reference);
      const result = work();
      for (const tag of extras.tags) run.insertTagOnce(tag);
      return result;
    });
  }

  return {
    addModelService: (service, extras, resultOf) =>
      writeResource(extras, () => {
        insertService(service);
        return resultOf();
      }),

    changeModelService: (uuid, change, extras, resultOf) =>
      writeResource(extras, () => {
        const current = records.present('ModelService', uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        run.updateService(changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          run.deleteImages(uuid);
          for (const image of changed.modelServiceImages) run.insertImage(image);
        }
        return resultOf(changed);
      }),

    cloneModelService: (sourceUuid, derive, extras, resultOf) =>
      writeResource(extras, () => {
        const clone = derive(records.present('ModelService', sourceUuid));
        insertService(clone);
        return resultOf(clone);
      }),

    addModel: (model, extras, resultOf) =>
      writeResource(extras, () => {
        addResource(model.uuid, 'ModelVO');
        run.insertModel(model);
        for (const ref of model.modelServiceRefs) run.insertRefOnce(ref);
        return resultOf();
      }),

    bindModelToService: (ref, extras, resultOf) =>
      writeResource(extras, () => {
        run.insertRefOnce(ref);
        return resultOf(records.present('ModelService', ref.modelServiceUuid));
      }),

    unbindModelFromService: (modelUuid, modelServiceUuid, resultOf) =>
      write(() => {
        run.deleteRef(modelUuid, modelServiceUuid);
        return resultOf();
      }),

    changeModel: (uuid, change, extras, resultOf) =>
      writeResource(extras, () => {
        const current = records.present('Model', uuid);
        const changed = change(current);
        run.updateModel(changed);
        if (changed.modelServiceRefs !== current.modelServiceRefs) {
          // One after the other: at no moment may there be two default ones.
          run.unmarkDefaultRef(uuid);
          for (const ref of changed.modelServiceRefs) {
            run.insertRefOnce({ ...ref, isDefault: false });
            if (ref.isDefault) run.markDefaultRef(ref);
          }
        }
        return resultOf(changed);
      }),

    addModelCenter: (center, extras, resultOf) =>
      writeResource(extras, () => {
        addResource(center.uuid, 'ModelCenterVO');
        run.insertCenter(center);
        return resultOf(records.present('ModelCenter', center.uuid));
      }),

    changeModelCenter: (uuid, change, extras, resultOf) =>
      writeResource(extras, () => {
        const current = records.present('ModelCenter', uuid);
        const { modelUsedCapacity, modelServiceUsedCapacity } = current;
        const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
        run.updateCenter(changed);
        return resultOf(changed);
      }),

    deleteResources: (type, uuids, resultOf) =>
      write(() => {
        run.deleteResources(type, uuids);
        return resultOf();
      }),

    deleteModelCenter: (uuid, { withModels }, resultOf) =>
      write(() => {
        if (!records.has('ModelCenter', uuid)) return resultOf();
        const modelUuids = run.modelsOfCenter(uuid);
        if (modelUuids.length > 0 && !withModels) {
          throw hasModels(uuid, modelUuids.length);
        }
        run.deleteResources('ModelVO', modelUuids);
        run.deleteResources('ModelCenterVO', [uuid]);
        return resultOf();
      }),

    addTag: (tag, resultOf) =>
      write(() => {
        requireReference(run, ownerOf(tag));
        if (!run.insertTagOnce(tag)) throw alreadyTagged(tag);
        return resultOf();
      }),

    changeSystemTag: (uuid, change, resultOf) =>
      write(() => {
        const current = records.find('SystemTag', uuid);
        if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
        const changed = { ...current, ...change };
        if (run.hasSameTag(changed)) throw alreadyTagged(changed);
        run.updateTag(changed);
        return resultOf(changed);
      }),

    deleteTag: (uuid, resultOf) =>
      write(() => {
        run.deleteTag(uuid);
        return resultOf();
      }),

    renewSession: (uuid, now, expiredDate, resultOf) =>
      write(() => {
        const session = validSession(run, uuid, now);
        return resultOf(session && moveExpiry(run, session, expiredDate));
      }),
  };
}
