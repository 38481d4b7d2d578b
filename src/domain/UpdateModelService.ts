import { invalidArgument } from '../contract/errors.ts';
import { yamlEditFields } from '../contract/schemas/model-service.ts';
import { architecturesOf, createServiceImages, withVersion } from './records.ts';
import { updateHandler } from './updates.ts';
import type { EditName, Edits } from './yaml.ts';

/** Changes the given fields and `lastOpDate` (F14 to F16). */
export const UpdateModelService = updateHandler(
  'UpdateModelService',
  'ModelService',
  async ({ path: { uuid }, params }, dependencies, now) => {
    const { architectureImages, ...others } = params;
    const { fields, edits } = splitYamlEdits(others);
    const [edit] = Object.keys(edits);
    if (edit !== undefined && fields.yaml !== undefined) {
      throw invalidArgument(`field[yaml] and field[${edit}] cannot be given together`);
    }
    // Imported when first needed: loading the yaml library would delay every start.
    const hasYaml = edit !== undefined || fields.yaml !== undefined;
    const yaml = hasYaml ? await import('./yaml.ts') : undefined;
    const images =
      architectureImages && createServiceImages(architectureImages, uuid, now, dependencies);
    return (current) =>
      withVersion(
        {
          ...current,
          ...fields,
          ...(yaml && { yaml: yaml.updateYaml(current.yaml, fields.yaml, edits) }),
          ...(images && { modelServiceImages: images, cpuArchitectures: architecturesOf(images) }),
        },
        current,
      );
  },
);

/** Separates the parameters that are fields of a service from the edits of its yaml. */
function splitYamlEdits<Params extends Edits>(params: Params) {
  const { fields = [], edits = [] } = Object.groupBy(Object.entries(params), ([name]) =>
    Object.hasOwn(yamlEditFields, name) ? 'edits' : 'fields',
  );
  return {
    fields: Object.fromEntries(fields) as Omit<Params, EditName>,
    edits: Object.fromEntries(edits) as Edits,
  };
}
