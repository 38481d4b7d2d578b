import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags } from './records.ts';
import { strictReference } from './references.ts';

/** Adds a center. Its status is always `Connected`, though nothing connects to it. */
export const AddModelCenter: Handler<'AddModelCenter'> = async (
  { params, ...tags },
  dependencies,
) => {
  const { tagUuids = [], resourceUuid: uuid = dependencies.newUuid(), ...fields } = params;
  const now = dependencies.clock();
  return dependencies.store.addResource(
    'ModelCenter',
    { ...fields, uuid, status: 'Connected', tagUuids, createDate: now, lastOpDate: now },
    {
      references: strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
      tags: createTags(tags, 'ModelCenterVO', uuid, now, dependencies),
    },
    (center) => ({ inventory: toInventory('ModelCenter', center, dependencies.formatDate, now) }),
  );
};
