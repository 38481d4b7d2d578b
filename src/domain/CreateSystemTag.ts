import { systemTagInventory } from './inventories.ts';
import type { Rule } from './rule.ts';
import { newTag } from './tags.ts';

/** Attaches a system tag to a resource that doesn't carry it yet. */
export const CreateSystemTag: Rule<'CreateSystemTag'> = async ({ params }, ports) => {
  const tag = newTag('System', params, ports.clock(), ports);
  await ports.store.addTag(tag);
  return { inventory: systemTagInventory(tag, ports.formatDate) };
};
