import type { Handler } from './handler.ts';
import { architecturesOf, createServiceImages } from './images.ts';
import { modelServiceInventory } from './inventory.ts';
import { pathReference } from './references.ts';
import { createTags } from './tags.ts';
import { splitYamlEdits } from './yaml-edits.ts';

/** Changes what is given and leaves the rest; `lastOpDate` moves (F14 and F15). */
export const UpdateModelService: Handler<'UpdateModelService'> = async (
  { path: { uuid }, params, ...tags },
  dependencies,
) => {
  const { architectureImages, ...others } = params;
  const { fields, editYaml } = await splitYamlEdits(others);
  const now = dependencies.clock();
  const images =
    architectureImages && createServiceImages(architectureImages, uuid, now, dependencies);
  return dependencies.store.changeModelService(
    uuid,
    (current) => ({
      ...current,
      ...fields,
      yaml: editYaml(fields.yaml ?? current.yaml),
      ...(images && { modelServiceImages: images, cpuArchitectures: architecturesOf(images) }),
      lastOpDate: now,
    }),
    {
      references: [pathReference('uuid', 'ModelServiceVO', uuid)],
      tags: createTags(tags, 'ModelServiceVO', uuid, now, dependencies),
    },
    (service) => ({ inventory: modelServiceInventory(service, dependencies.formatDate) }),
  );
};
