import type { Handler } from './handler.ts';
import { assertUuid } from './references.ts';

/** Deletes a center: with its models, or only if it has none; services stay (decisions 23 and 24). */
export const DeleteModelCenter: Handler<'DeleteModelCenter'> = async (
  { path, query },
  { store },
) => {
  assertUuid('uuid', path.uuid);
  const options = { withModels: query.deleteMode === 'Enforcing' };
  return store.deleteModelCenter(path.uuid, options, () => ({}));
};
