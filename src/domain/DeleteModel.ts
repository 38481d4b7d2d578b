import type { Rule } from './handler.ts';
import { requireUuid } from './references.ts';

/** Deletes a model with its bindings and tags (decisions 23 and 24). */
export const DeleteModel: Rule<'DeleteModel'> = async ({ path }, { store }) => {
  requireUuid('uuid', path.uuid);
  return store.deleteResources('ModelVO', [path.uuid], () => ({}));
};
