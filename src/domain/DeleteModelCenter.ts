import { assertUuid } from './deletions.ts';
import type { Handler } from './dependencies.ts';

/** Deletes a center with its models, or only if it has none; services stay (F23 and F24). */
export const DeleteModelCenter: Handler<'DeleteModelCenter'> = async (
  { path, query },
  { store },
) => {
  assertUuid('uuid', path.uuid);
  const options = { withContents: query.deleteMode === 'Enforcing' };
  return store.deleteModelCenter(path.uuid, options, () => ({}));
};
