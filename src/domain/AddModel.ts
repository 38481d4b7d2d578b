import { modelDefaults } from '../contract/schemas/model.ts';
import type { Rule } from './handler.ts';
import { modelInventory } from './inventory.ts';
import { named, strictly } from './references.ts';
import { tagsOf } from './tags.ts';

/** Adds a model and its bindings to the services named, one of them perhaps the default. */
export const AddModel: Rule<'AddModel'> = async ({ params, ...tags }, ports) => {
  const {
    modelServiceUuids = [],
    defaultModelServiceUuid,
    tagUuids = [],
    resourceUuid: uuid = ports.newUuid(),
    ...fields
  } = params;
  const now = ports.clock();
  const bound = new Set(modelServiceUuids);
  if (defaultModelServiceUuid !== undefined) bound.add(defaultModelServiceUuid);
  const model = {
    ...modelDefaults,
    modelId: uuid,
    ...fields,
    uuid,
    modelClassifications: [],
    tagUuids,
    modelServiceRefs: [...bound].map((modelServiceUuid) => ({
      uuid: ports.newUuid(),
      modelUuid: uuid,
      modelServiceUuid,
      isDefault: modelServiceUuid === defaultModelServiceUuid,
    })),
    createDate: now,
    lastOpDate: now,
  };
  const extras = {
    references: [
      ...strictly(ports, named('modelCenterUuid', 'ModelCenterVO', params.modelCenterUuid)),
      ...strictly(ports, named('tagUuids', 'TagVO', params.tagUuids)),
      ...named('modelServiceUuids', 'ModelServiceVO', params.modelServiceUuids),
      ...named('defaultModelServiceUuid', 'ModelServiceVO', defaultModelServiceUuid),
    ],
    tags: tagsOf(tags, 'ModelVO', uuid, now, ports),
  };
  return ports.store.addModel(model, extras, () => ({
    inventory: modelInventory(model, ports.formatDate),
  }));
};
