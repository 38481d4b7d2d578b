import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';

/** Changes a tag's text, unless its resource has a tag with that text already. */
export const UpdateSystemTag: Handler<'UpdateSystemTag'> = async (
  { path, params },
  dependencies,
) => {
  const now = dependencies.clock();
  const change = { tag: params.tag, lastOpDate: now };
  return dependencies.store.changeSystemTag(path.uuid, change, (tag) => ({
    inventory: toInventory('SystemTag', tag, dependencies.formatDate, now),
  }));
};
