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
