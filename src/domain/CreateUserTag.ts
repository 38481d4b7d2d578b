import type { Handler } from './dependencies.ts';
import { userTagInventory } from './inventory.ts';
import { newTag } from './records.ts';

/** Attaches a user tag to a resource that does not have it yet. */
export const CreateUserTag: Handler<'CreateUserTag'> = async ({ params }, dependencies) => {
  const tag = newTag('User', params, dependencies.clock(), dependencies);
  return dependencies.store.addTag(tag, () => ({
    inventory: userTagInventory(tag, dependencies.formatDate),
  }));
};
