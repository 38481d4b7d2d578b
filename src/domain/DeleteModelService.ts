import type { Rule } from './handler.ts';
import { requireUuid } from './references.ts';

/** Deletes a service with its bindings, images and tags (decisions 23 and 24). */
export const DeleteModelService: Rule<'DeleteModelService'> = async ({ path }, { store }) => {
  requireUuid('uuid', path.uuid);
  return store.deleteResources('ModelServiceVO', [path.uuid], () => ({}));
};
