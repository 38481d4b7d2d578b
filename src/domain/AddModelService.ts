import { modelServiceDefaults } from '../contract/schemas/model-service.ts';
import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { architecturesOf, createServiceImages, createTags, withVersion } from './records.ts';
import { argumentReference, strictReference } from './references.ts';

/** Adds a service with its images and binds it to the given models. */
export const AddModelService: Handler<'AddModelService'> = async (
  { params, ...tags },
  dependencies,
) => {
  const {
    architectureImages = [],
    modelUuids = [],
    tagUuids = [],
    vendorToSpecUuidsMap = {},
    resourceUuid: uuid = dependencies.newUuid(),
    ...fields
  } = params;
  const now = dependencies.clock();
  const images = createServiceImages(architectureImages, uuid, now, dependencies);
  const service = withVersion({
    uuid,
    size: 0,
    hasNewVersion: false,
    tagUuids,
    vendorToSpecUuidsMap,
    cpuArchitectures: architecturesOf(images),
    modelServiceImages: images,
    modelServiceRefs: [...new Set(modelUuids)].map((modelUuid) => ({
      uuid: dependencies.newUuid(),
      modelUuid,
      modelServiceUuid: uuid,
      isDefault: false,
    })),
    createDate: now,
    lastOpDate: now,
    // Spread last: an object literal that begins with a spread is many times slower.
    ...modelServiceDefaults,
    ...fields,
  });
  const extras = {
    references: [
      ...strictReference(dependencies, 'modelCenterUuid', 'ModelCenterVO', params.modelCenterUuid),
      ...argumentReference('modelUuids', 'ModelVO', params.modelUuids),
      ...strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
    ],
    tags: createTags(tags, 'ModelServiceVO', uuid, now, dependencies),
  };
  return dependencies.store.addResource('ModelService', service, extras, (added) => ({
    inventory: toInventory('ModelService', added, dependencies.formatDate, now),
  }));
};
