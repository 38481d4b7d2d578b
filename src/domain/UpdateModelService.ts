import type { Rule } from './handler.ts';
import { architecturesOf, serviceImages } from './images.ts';
import { modelServiceInventory } from './inventory.ts';
import { inPath } from './references.ts';
import { tagsOf } from './tags.ts';
import { splitYamlEdits } from './yaml-edits.ts';

/** Changes what is given and leaves the rest; `lastOpDate` moves (decisions 14 and 15). */
export const UpdateModelService: Rule<'UpdateModelService'> = async (
  { path: { uuid }, params, ...tags },
  ports,
) => {
  const { architectureImages, ...others } = params;
  const { fields, editYaml } = await splitYamlEdits(others);
  const now = ports.clock();
  const images = architectureImages && serviceImages(architectureImages, uuid, now, ports);
  return ports.store.changeModelService(
    uuid,
    (current) => ({
      ...current,
      ...fields,
      yaml: editYaml(fields.yaml ?? current.yaml),
      ...(images && { modelServiceImages: images, cpuArchitectures: architecturesOf(images) }),
      lastOpDate: now,
    }),
    {
      references: [inPath('uuid', 'ModelServiceVO', uuid)],
      tags: tagsOf(tags, 'ModelServiceVO', uuid, now, ports),
    },
    (service) => ({ inventory: modelServiceInventory(service, ports.formatDate) }),
  );
};
