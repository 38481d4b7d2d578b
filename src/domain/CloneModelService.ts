import { addHandler } from './additions.ts';
import { architecturesOf, createServiceImages, newRef, withVersion } from './records.ts';

/** Copies a service. Given parameters override its fields, even with `0`, `false` and `""` (F17). */
export const CloneModelService = addHandler(
  'CloneModelService',
  'ModelService',
  ({ architectureImages, cpuArchitectures, ...fields }, base, dependencies) =>
    (service) => {
      const images = createServiceImages(
        architectureImages ?? service.modelServiceImages,
        base.uuid,
        base.createDate,
        dependencies,
      );
      const isGiven = cpuArchitectures ?? architectureImages;
      const clone = {
        ...service,
        ...fields,
        ...base,
        cpuArchitectures: isGiven
          ? architecturesOf(images, cpuArchitectures)
          : service.cpuArchitectures,
        modelServiceImages: images,
        modelServiceRefs: service.modelServiceRefs.map(({ modelUuid }) =>
          newRef(modelUuid, base.uuid, dependencies),
        ),
      };
      return withVersion(clone, service);
    },
);
