import type { Rule } from './handler.ts';
import { userTagInventory } from './inventory.ts';
import { newTag } from './tags.ts';

/** Attaches a user tag to a resource that doesn't carry it yet. */
export const CreateUserTag: Rule<'CreateUserTag'> = async ({ params }, ports) => {
  const tag = newTag('User', params, ports.clock(), ports);
  return ports.store.addTag(tag, () => ({ inventory: userTagInventory(tag, ports.formatDate) }));
};
