import type { Handler } from './handler.ts';
import { assertUuid } from './references.ts';

/** Deletes a service with its bindings, images and tags (decisions 23 and 24). */
export const DeleteModelService: Handler<'DeleteModelService'> = async ({ path }, { store }) => {
  assertUuid('uuid', path.uuid);
  return store.deleteResources('ModelServiceVO', [path.uuid], () => ({}));
};
