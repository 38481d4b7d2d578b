import { modelServiceDefaults } from '../contract/schemas/model-service.ts';
import { addHandler } from './additions.ts';
import { architecturesOf, createServiceImages, newRef, withVersion } from './records.ts';

/** Adds a service with its images and binds it to the given models. */
export const AddModelService = addHandler(
  'AddModelService',
  'ModelService',
  (
    { architectureImages = [], modelUuids = [], ...fields },
    { uuid, tagUuids, createDate, lastOpDate },
    dependencies,
  ) => {
    const images = createServiceImages(architectureImages, uuid, createDate, dependencies);
    return withVersion({
      uuid,
      tagUuids,
      cpuArchitectures: architecturesOf(images),
      modelServiceImages: images,
      modelServiceRefs: [...new Set(modelUuids)].map((each) => newRef(each, uuid, dependencies)),
      createDate,
      lastOpDate,
      // Spread last: an object literal that begins with a spread is many times slower.
      ...modelServiceDefaults,
      ...fields,
    });
  },
);
