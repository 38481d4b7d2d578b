import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import {
  architecturesOf,
  createServiceImages,
  createTags,
  distinctArchitectures,
  type ModelServiceRef,
  withVersion,
} from './records.ts';
import { pathReference, strictReference } from './references.ts';

/** Copies a service. Given parameters override its fields, even with `0`, `false` and `""` (F17). */
export const CloneModelService: Handler<'CloneModelService'> = async (
  { path, params, ...tags },
  dependencies,
) => {
  const {
    architectureImages,
    cpuArchitectures,
    tagUuids = [],
    resourceUuid: uuid = dependencies.newUuid(),
    ...fields
  } = params;
  const now = dependencies.clock();
  const copyOf = (ref: ModelServiceRef): ModelServiceRef => ({
    ...ref,
    uuid: dependencies.newUuid(),
    modelServiceUuid: uuid,
    isDefault: false,
  });
  return dependencies.store.deriveResource(
    'ModelService',
    { kind: 'ModelService', uuid: path.uuid },
    (source) => {
      const images = createServiceImages(
        architectureImages ?? source.modelServiceImages,
        uuid,
        now,
        dependencies,
      );
      const own = architecturesOf(images);
      const isGiven = cpuArchitectures ?? architectureImages;
      const clone = {
        ...source,
        ...fields,
        uuid,
        tagUuids,
        cpuArchitectures: isGiven
          ? distinctArchitectures([...(cpuArchitectures ?? []), ...own])
          : source.cpuArchitectures,
        modelServiceImages: images,
        modelServiceRefs: source.modelServiceRefs.map(copyOf),
        createDate: now,
        lastOpDate: now,
      };
      return withVersion(clone, source);
    },
    {
      references: [
        pathReference('uuid', 'ModelServiceVO', path.uuid),
        ...strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
      ],
      tags: createTags(tags, 'ModelServiceVO', uuid, now, dependencies),
    },
    (clone) => ({ inventory: toInventory('ModelService', clone, dependencies.formatDate, now) }),
  );
};
