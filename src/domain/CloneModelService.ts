import { addHandler } from './additions.ts';
import { architecturesOf, createServiceImages, newRef, withVersion } from './records.ts';

/** Copies a service. Given parameters override its fields, even with `0`, `false` and `""` (F17). */
export const CloneModelService = addHandler(
  'CloneModelService',
  'ModelService',
  ({ architectureImages, cpuArchitectures, ...fields }, own, dependencies) =>
    (service) => {
      const images = createServiceImages(
        architectureImages ?? service.modelServiceImages,
        own.uuid,
        own.createDate,
        dependencies,
      );
      const isGiven = cpuArchitectures ?? architectureImages;
      const clone = {
        ...service,
        ...fields,
        ...own,
        cpuArchitectures: isGiven
          ? architecturesOf(images, cpuArchitectures)
          : service.cpuArchitectures,
        modelServiceImages: images,
        modelServiceRefs: service.modelServiceRefs.map(({ modelUuid }) =>
          newRef(modelUuid, own.uuid, dependencies),
        ),
      };
      return withVersion(clone, service);
    },
);
