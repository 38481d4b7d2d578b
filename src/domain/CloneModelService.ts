import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';
import {
  architecturesOf,
  createServiceImages,
  distinctArchitectures,
  type ModelServiceRef,
  withVersion,
} from './records.ts';
import { pathReference } from './references.ts';

/** Copies a service. Given parameters override its fields, even with `0`, `false` and `""` (F17). */
export const CloneModelService: Handler<'CloneModelService'> = async (request, dependencies) => {
  const source = { kind: 'ModelService', uuid: request.path.uuid } as const;
  const {
    fields: { architectureImages, cpuArchitectures, ...fields },
    own,
    extras,
    toResult,
  } = newResource('CloneModelService', 'ModelService', request, dependencies, [
    pathReference('uuid', 'ModelServiceVO', source.uuid),
  ]);
  const copyOf = (ref: ModelServiceRef): ModelServiceRef => ({
    ...ref,
    uuid: dependencies.newUuid(),
    modelServiceUuid: own.uuid,
    isDefault: false,
  });
  return dependencies.store.deriveResource(
    'ModelService',
    source,
    (service) => {
      const images = createServiceImages(
        architectureImages ?? service.modelServiceImages,
        own.uuid,
        own.createDate,
        dependencies,
      );
      const architectures = architecturesOf(images);
      const isGiven = cpuArchitectures ?? architectureImages;
      const clone = {
        ...service,
        ...fields,
        ...own,
        cpuArchitectures: isGiven
          ? distinctArchitectures([...(cpuArchitectures ?? []), ...architectures])
          : service.cpuArchitectures,
        modelServiceImages: images,
        modelServiceRefs: service.modelServiceRefs.map(copyOf),
      };
      return withVersion(clone, service);
    },
    extras(),
    toResult,
  );
};
