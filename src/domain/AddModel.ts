import { modelDefaults } from '../contract/schemas/model.ts';
import { addHandler } from './additions.ts';
import { newRef, withGpuMemory } from './records.ts';

/** Adds a model and binds it to the given services; one of them may be its default. */
export const AddModel = addHandler(
  'AddModel',
  'Model',
  ({ modelServiceUuids = [], defaultModelServiceUuid, ...fields }, own, dependencies) => {
    const bound = new Set(modelServiceUuids);
    if (defaultModelServiceUuid !== undefined) bound.add(defaultModelServiceUuid);
    return withGpuMemory({
      ...modelDefaults,
      modelId: own.uuid,
      ...fields,
      ...own,
      modelServiceRefs: [...bound].map((each) =>
        newRef(own.uuid, each, dependencies, each === defaultModelServiceUuid),
      ),
    });
  },
);
