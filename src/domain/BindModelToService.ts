import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, newRef } from './records.ts';
import { referenceTo } from './references.ts';

/** Binds a model to a service, unless it is bound already; dates do not change (F14 and F18). */
export const BindModelToService: Handler<'BindModelToService'> = async (
  { path: { modelUuid, modelServiceUuid }, ...tags },
  dependencies,
) => {
  const now = dependencies.clock();
  return dependencies.store.bindModelToService(
    newRef(modelUuid, modelServiceUuid, dependencies),
    {
      references: [
        referenceTo('modelUuid', 'ModelVO', modelUuid),
        referenceTo('modelServiceUuid', 'ModelServiceVO', modelServiceUuid),
      ],
      tags: createTags(tags, 'ModelServiceVO', modelServiceUuid, now, dependencies),
    },
    (service) => ({ inventory: toInventory('ModelService', service, dependencies, now) }),
  );
};
