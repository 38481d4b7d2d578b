import type { Handler } from './dependencies.ts';
import { tagInventory } from './inventory.ts';

/** Changes a tag's text, unless its resource has a tag with that text already. */
export const UpdateSystemTag: Handler<'UpdateSystemTag'> = async (
  { path, params },
  dependencies,
) => {
  const change = { tag: params.tag, lastOpDate: dependencies.clock() };
  return dependencies.store.changeSystemTag(path.uuid, change, (tag) => ({
    inventory: tagInventory(tag, dependencies.formatDate),
  }));
};
