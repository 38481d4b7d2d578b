import type { Rule } from './handler.ts';
import { requireUuid } from './references.ts';

/** Deletes a center: with its models, or only if it has none; services stay (decisions 23 and 24). */
export const DeleteModelCenter: Rule<'DeleteModelCenter'> = async ({ path, query }, { store }) => {
  requireUuid('uuid', path.uuid);
  const options = { withModels: query.deleteMode === 'Enforcing' };
  return store.deleteModelCenter(path.uuid, options, () => ({}));
};
