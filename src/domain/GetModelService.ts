import { modelServiceInventory } from './inventories.ts';
import type { Rule } from './rule.ts';

/** Returns one service, or an empty list (decision 22). */
export const GetModelService: Rule<'GetModelService'> = async ({ path }, { store, formatDate }) => {
  const service = await store.findModelService(path.uuid);
  return { inventories: service ? [modelServiceInventory(service, formatDate)] : [] };
};
