import type { Rule } from './handler.ts';
import { modelCenterInventory } from './inventory.ts';
import { named, strictly } from './references.ts';
import { tagsOf } from './tags.ts';

/** Registers a center. Nothing is connected to: it counts as connected. */
export const AddModelCenter: Rule<'AddModelCenter'> = async ({ params, ...tags }, ports) => {
  const { tagUuids = [], resourceUuid: uuid = ports.newUuid(), ...fields } = params;
  const now = ports.clock();
  return ports.store.addModelCenter(
    { ...fields, uuid, status: 'Connected', tagUuids, createDate: now, lastOpDate: now },
    {
      references: strictly(ports, named('tagUuids', 'TagVO', params.tagUuids)),
      tags: tagsOf(tags, 'ModelCenterVO', uuid, now, ports),
    },
    (center) => ({ inventory: modelCenterInventory(center, ports.formatDate) }),
  );
};
