import type { Handler } from './handler.ts';
import { assertUuid } from './references.ts';

/** Deletes a model with its bindings and tags (F23 and F24). */
export const DeleteModel: Handler<'DeleteModel'> = async ({ path }, { store }) => {
  assertUuid('uuid', path.uuid);
  return store.deleteResources('ModelVO', [path.uuid], () => ({}));
};
