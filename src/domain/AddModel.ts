import { modelDefaults } from '../contract/schemas/model.ts';
import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, withGpuMemory } from './records.ts';
import { argumentReference, strictReference } from './references.ts';

/** Adds a model and binds it to the given services; one of them may be its default. */
export const AddModel: Handler<'AddModel'> = async ({ params, ...tags }, dependencies) => {
  const {
    modelServiceUuids = [],
    defaultModelServiceUuid,
    tagUuids = [],
    resourceUuid: uuid = dependencies.newUuid(),
    ...fields
  } = params;
  const now = dependencies.clock();
  const bound = new Set(modelServiceUuids);
  if (defaultModelServiceUuid !== undefined) bound.add(defaultModelServiceUuid);
  const model = withGpuMemory({
    ...modelDefaults,
    modelId: uuid,
    ...fields,
    uuid,
    modelClassifications: [],
    tagUuids,
    modelServiceRefs: [...bound].map((modelServiceUuid) => ({
      uuid: dependencies.newUuid(),
      modelUuid: uuid,
      modelServiceUuid,
      isDefault: modelServiceUuid === defaultModelServiceUuid,
    })),
    createDate: now,
    lastOpDate: now,
  });
  const extras = {
    references: [
      ...strictReference(dependencies, 'modelCenterUuid', 'ModelCenterVO', params.modelCenterUuid),
      ...strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
      ...argumentReference('modelServiceUuids', 'ModelServiceVO', params.modelServiceUuids),
      ...argumentReference('defaultModelServiceUuid', 'ModelServiceVO', defaultModelServiceUuid),
    ],
    tags: createTags(tags, 'ModelVO', uuid, now, dependencies),
  };
  return dependencies.store.addResource('Model', model, extras, (added) => ({
    inventory: toInventory('Model', added, dependencies.formatDate, now),
  }));
};
