import { modelInventory } from './inventories.ts';
import { answerPage } from './paging.ts';
import type { Rule } from './rule.ts';

/** Lists models, the oldest first. */
export const QueryModel: Rule<'QueryModel'> = ({ query }, { store, formatDate }) =>
  answerPage(
    query,
    async (page) =>
      (await store.listModels(page)).map((model) => modelInventory(model, formatDate)),
    () => store.countModels(),
  );

/** Returns one model, or an empty list (decision 22). */
export const GetModel: Rule<'GetModel'> = async ({ path }, { store, formatDate }) => {
  const model = await store.findModel(path.uuid);
  return { inventories: model ? [modelInventory(model, formatDate)] : [] };
};
