import type { Rule } from './handler.ts';
import { systemTagInventory } from './inventory.ts';

/** Changes a tag's text, into one that its resource doesn't carry yet. */
export const UpdateSystemTag: Rule<'UpdateSystemTag'> = async ({ path, params }, ports) => {
  const change = { tag: params.tag, lastOpDate: ports.clock() };
  return ports.store.changeSystemTag(path.uuid, change, (tag) => ({
    inventory: systemTagInventory(tag, ports.formatDate),
  }));
};
