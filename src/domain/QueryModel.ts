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
