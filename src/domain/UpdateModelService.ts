import { yamlEditFields } from '../contract/schemas/model-service.ts';
import type { Handler } from './dependencies.ts';
import { modelServiceInventory } from './inventory.ts';
import { architecturesOf, createServiceImages, createTags } from './records.ts';
import { pathReference } from './references.ts';
import type { EditName, Edits } from './yaml.ts';

/** Changes the given fields and `lastOpDate` (F14 and F15). */
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

/** Separates the parameters that are fields of a service from the edits of its yaml. */
async function splitYamlEdits<Params extends Edits>(
  params: Params,
): Promise<{ fields: Omit<Params, EditName>; editYaml: (yaml: string) => string }> {
  const entries = Object.entries(params);
  const isEdit = ([name]: [string, unknown]) => Object.hasOwn(yamlEditFields, name);
  const fields = Object.fromEntries(entries.filter((entry) => !isEdit(entry)));
  const edits: Edits = Object.fromEntries(entries.filter(isEdit));
  return {
    fields: fields as Omit<Params, EditName>,
    editYaml: Object.keys(edits).length > 0 ? await loadEditor(edits) : (yaml) => yaml,
  };
}

async function loadEditor(edits: Edits): Promise<(yaml: string) => string> {
  // Imported when first needed: loading the yaml library would delay every start.
  const { applyEdits } = await import('./yaml.ts');
  return (yaml) => applyEdits(yaml, edits);
}
