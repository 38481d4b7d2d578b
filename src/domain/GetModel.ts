import { modelInventory } from './inventories.ts';
import type { Rule } from './rule.ts';

/** Returns one model, or an empty list (decision 22). */
export const GetModel: Rule<'GetModel'> = async ({ path }, { store, formatDate }) => {
  const model = await store.findModel(path.uuid);
  return { inventories: model ? [modelInventory(model, formatDate)] : [] };
};
