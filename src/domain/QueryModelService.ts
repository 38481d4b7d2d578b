import { modelServiceInventory } from './inventories.ts';
import { answerPage } from './paging.ts';
import type { Rule } from './rule.ts';

/** Lists services, the oldest first. */
export const QueryModelService: Rule<'QueryModelService'> = ({ query }, { store, formatDate }) =>
  answerPage(
    query,
    async (page) =>
      (await store.listModelServices(page)).map((service) =>
        modelServiceInventory(service, formatDate),
      ),
    () => store.countModelServices(),
  );

/** Returns one service, or an empty list (decision 22). */
export const GetModelService: Rule<'GetModelService'> = async ({ path }, { store, formatDate }) => {
  const service = await store.findModelService(path.uuid);
  return { inventories: service ? [modelServiceInventory(service, formatDate)] : [] };
};
