import type { Request } from '../contract/operations.ts';
import { yamlEditFields } from '../contract/schemas/model-service.ts';

type Params = Request<'UpdateModelService'>['params'];
export type EditName = keyof typeof yamlEditFields;
export type Edits = Pick<Params, EditName>;

/** Parts an update into the service's own fields and a function that applies the yaml edits. */
export async function splitYamlEdits<Given extends Edits>(
  params: Given,
): Promise<{ fields: Omit<Given, EditName>; editYaml: (yaml: string) => string }> {
  const entries = Object.entries(params);
  const isEdit = ([name]: [string, unknown]) => Object.hasOwn(yamlEditFields, name);
  const edits = Object.fromEntries(entries.filter(isEdit)) as Edits;
  const fields = Object.fromEntries(entries.filter((entry) => !isEdit(entry)));
  return {
    fields: fields as Omit<Given, EditName>,
    editYaml: Object.keys(edits).length > 0 ? await editorOf(edits) : (yaml) => yaml,
  };
}

async function editorOf(edits: Edits): Promise<(yaml: string) => string> {
  // Only when needed: the library would take its part of every start.
  const { applyEdits } = await import('./yaml.ts');
  return (yaml) => applyEdits(yaml, edits);
}
