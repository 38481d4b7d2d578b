import type { Rule } from './handler.ts';
import { modelCenterInventory } from './inventory.ts';
import { inPath } from './references.ts';
import { tagsOf } from './tags.ts';

/** Changes what is given and leaves the rest; `lastOpDate` moves (decision 14). */
export const UpdateModelCenter: Rule<'UpdateModelCenter'> = async (
  { path: { uuid }, params, ...tags },
  ports,
) => {
  const now = ports.clock();
  return ports.store.changeModelCenter(
    uuid,
    (current) => ({ ...current, ...params, lastOpDate: now }),
    {
      references: [inPath('uuid', 'ModelCenterVO', uuid)],
      tags: tagsOf(tags, 'ModelCenterVO', uuid, now, ports),
    },
    (center) => ({ inventory: modelCenterInventory(center, ports.formatDate) }),
  );
};
