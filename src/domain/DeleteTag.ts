import type { Rule } from './handler.ts';
import { requireUuid } from './references.ts';

/** Deletes a user or system tag (decision 23). */
export const DeleteTag: Rule<'DeleteTag'> = async ({ path }, { store }) => {
  requireUuid('uuid', path.uuid);
  return store.deleteTag(path.uuid, () => ({}));
};
