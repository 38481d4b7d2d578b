import type { Rule } from './handler.ts';
import { systemTagInventory } from './inventory.ts';
import { newTag } from './tags.ts';

/** Attaches a system tag to a resource that doesn't carry it yet. */
export const CreateSystemTag: Rule<'CreateSystemTag'> = async ({ params }, ports) => {
  const tag = newTag('System', params, ports.clock(), ports);
  return ports.store.addTag(tag, () => ({ inventory: systemTagInventory(tag, ports.formatDate) }));
};
