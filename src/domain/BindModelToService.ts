import type { Rule } from './handler.ts';
import { modelServiceInventory } from './inventory.ts';
import { inPath } from './references.ts';
import { tagsOf } from './tags.ts';

/** Binds a model to a service, once; dates stay as they are (decisions 14 and 18). */
export const BindModelToService: Rule<'BindModelToService'> = async (
  { path: { modelUuid, modelServiceUuid }, systemTags, userTags },
  ports,
) => {
  return ports.store.bindModelToService(
    { uuid: ports.newUuid(), modelUuid, modelServiceUuid, isDefault: false },
    {
      references: [
        inPath('modelUuid', 'ModelVO', modelUuid),
        inPath('modelServiceUuid', 'ModelServiceVO', modelServiceUuid),
      ],
      tags: tagsOf(
        { systemTags, userTags },
        'ModelServiceVO',
        modelServiceUuid,
        ports.clock(),
        ports,
      ),
    },
    (service) => ({ inventory: modelServiceInventory(service, ports.formatDate) }),
  );
};
