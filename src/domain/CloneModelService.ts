import type { Rule } from './handler.ts';
import { architecturesOf, distinctArchitectures, serviceImages } from './images.ts';
import { modelServiceInventory } from './inventory.ts';
import type { ModelServiceRef } from './records.ts';
import { inPath, named, strictly } from './references.ts';
import { tagsOf } from './tags.ts';

/** Copies a service; what is given overrides it, also `0`, `false` and `""` (decision 17). */
export const CloneModelService: Rule<'CloneModelService'> = async (
  { path, params, ...tags },
  ports,
) => {
  const {
    architectureImages,
    cpuArchitectures,
    tagUuids = [],
    resourceUuid: uuid = ports.newUuid(),
    ...fields
  } = params;
  const now = ports.clock();
  const copyOf = (ref: ModelServiceRef): ModelServiceRef => ({
    ...ref,
    uuid: ports.newUuid(),
    modelServiceUuid: uuid,
    isDefault: false,
  });
  return ports.store.cloneModelService(
    path.uuid,
    (source) => {
      const images = serviceImages(
        architectureImages ?? source.modelServiceImages,
        uuid,
        now,
        ports,
      );
      const inherited = architectureImages ? architecturesOf(images) : source.cpuArchitectures;
      return {
        ...source,
        ...fields,
        uuid,
        tagUuids,
        cpuArchitectures: cpuArchitectures ? distinctArchitectures(cpuArchitectures) : inherited,
        modelServiceImages: images,
        modelServiceRefs: source.modelServiceRefs.map(copyOf),
        createDate: now,
        lastOpDate: now,
      };
    },
    {
      references: [
        inPath('uuid', 'ModelServiceVO', path.uuid),
        ...strictly(ports, named('tagUuids', 'TagVO', params.tagUuids)),
      ],
      tags: tagsOf(tags, 'ModelServiceVO', uuid, now, ports),
    },
    (clone) => ({ inventory: modelServiceInventory(clone, ports.formatDate) }),
  );
};
