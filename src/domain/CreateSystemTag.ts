import type { Handler } from './dependencies.ts';
import { systemTagInventory } from './inventory.ts';
import { newTag } from './records.ts';

/** Attaches a system tag to a resource that does not have it yet. */
export const CreateSystemTag: Handler<'CreateSystemTag'> = async ({ params }, dependencies) => {
  const tag = newTag('System', params, dependencies.clock(), dependencies);
  return dependencies.store.addTag(tag, () => ({
    inventory: systemTagInventory(tag, dependencies.formatDate),
  }));
};
