import { assertUuid } from './deletions.ts';
import type { Handler } from './dependencies.ts';

/** Deletes a user or system tag (F23). */
export const DeleteTag: Handler<'DeleteTag'> = async ({ path }, { store }) => {
  assertUuid('uuid', path.uuid);
  return store.deleteTag(path.uuid, () => ({}));
};
