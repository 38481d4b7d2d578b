import { modelServiceDefaults } from '../contract/schemas/model-service.ts';
import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';
import { architecturesOf, createServiceImages, withVersion } from './records.ts';

/** Adds a service with its images and binds it to the given models. */
export const AddModelService: Handler<'AddModelService'> = async (request, dependencies) => {
  const {
    fields: { architectureImages = [], modelUuids = [], ...fields },
    own: { uuid, tagUuids, createDate, lastOpDate },
    extras,
    toResult,
  } = newResource('AddModelService', 'ModelService', request, dependencies);
  const images = createServiceImages(architectureImages, uuid, createDate, dependencies);
  const service = withVersion({
    uuid,
    tagUuids,
    cpuArchitectures: architecturesOf(images),
    modelServiceImages: images,
    modelServiceRefs: [...new Set(modelUuids)].map((modelUuid) => ({
      uuid: dependencies.newUuid(),
      modelUuid,
      modelServiceUuid: uuid,
      isDefault: false,
    })),
    createDate,
    lastOpDate,
    // Spread last: an object literal that begins with a spread is many times slower.
    ...modelServiceDefaults,
    ...fields,
  });
  return dependencies.store.addResource('ModelService', service, extras(), toResult);
};
