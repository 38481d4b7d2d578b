import type { Handler } from './dependencies.ts';
import { modelCenterInventory } from './inventory.ts';
import { createTags } from './records.ts';
import { pathReference } from './references.ts';

/** Changes the given fields and `lastOpDate` (F14). */
export const UpdateModelCenter: Handler<'UpdateModelCenter'> = async (
  { path: { uuid }, params, ...tags },
  dependencies,
) => {
  const now = dependencies.clock();
  return dependencies.store.changeModelCenter(
    uuid,
    (current) => ({ ...current, ...params, lastOpDate: now }),
    {
      references: [pathReference('uuid', 'ModelCenterVO', uuid)],
      tags: createTags(tags, 'ModelCenterVO', uuid, now, dependencies),
    },
    (center) => ({ inventory: modelCenterInventory(center, dependencies.formatDate) }),
  );
};
