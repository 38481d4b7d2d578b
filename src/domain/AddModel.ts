import { modelDefaults } from '../contract/schemas/model.ts';
import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';
import { withGpuMemory } from './records.ts';

/** Adds a model and binds it to the given services; one of them may be its default. */
export const AddModel: Handler<'AddModel'> = async (request, dependencies) => {
  const {
    fields: { modelServiceUuids = [], defaultModelServiceUuid, ...fields },
    own,
    extras,
    toResult,
  } = newResource('AddModel', 'Model', request, dependencies);
  const bound = new Set(modelServiceUuids);
  if (defaultModelServiceUuid !== undefined) bound.add(defaultModelServiceUuid);
  const model = withGpuMemory({
    ...modelDefaults,
    modelId: own.uuid,
    ...fields,
    ...own,
    modelServiceRefs: [...bound].map((modelServiceUuid) => ({
      uuid: dependencies.newUuid(),
      modelUuid: own.uuid,
      modelServiceUuid,
      isDefault: modelServiceUuid === defaultModelServiceUuid,
    })),
  });
  return dependencies.store.addResource('Model', model, extras(), toResult);
};
