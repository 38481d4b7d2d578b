import type { Handler } from './handler.ts';
import { assertUuid } from './references.ts';

/** Deletes a service with its bindings, images and tags (F23 and F24). */
export const DeleteModelService: Handler<'DeleteModelService'> = async ({ path }, { store }) => {
  assertUuid('uuid', path.uuid);
  return store.deleteResources('ModelServiceVO', [path.uuid], () => ({}));
};
