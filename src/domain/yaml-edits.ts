import type { Request } from '../contract/operations.ts';
import { yamlEditFields } from '../contract/schemas/model-service.ts';

type Params = Request<'UpdateModelService'>['params'];
export type EditName = keyof typeof yamlEditFields;
export type Edits = Pick<Params, EditName>;

/** Parts an update into the service's own fields and a function that applies the yaml edits. */
export async function splitYamlEdits<Input extends Edits>(
  params: Input,
): Promise<{ fields: Omit<Input, EditName>; editYaml: (yaml: string) => string }> {
  const entries = Object.entries(params);
  const isEdit = ([name]: [string, unknown]) => Object.hasOwn(yamlEditFields, name);
  const edits = Object.fromEntries(entries.filter(isEdit)) as Edits;
  const fields = Object.fromEntries(entries.filter((entry) => !isEdit(entry)));
  return {
    fields: fields as Omit<Input, EditName>,
    editYaml: Object.keys(edits).length > 0 ? await loadEditor(edits) : (yaml) => yaml,
  };
}

async function loadEditor(edits: Edits): Promise<(yaml: string) => string> {
  // Only when needed: the library would take its part of every start.
  const { applyEdits } = await import('./yaml.ts');
  return (yaml) => applyEdits(yaml, edits);
}
