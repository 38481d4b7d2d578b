import { modelDefaults } from '../contract/schemas/model.ts';
import { addHandler } from './additions.ts';
import { newRef, withGpuMemory } from './records.ts';

/** Adds a model and binds it to the given services; one of them may be its default. */
export const AddModel = addHandler(
  'AddModel',
  'Model',
  ({ modelServiceUuids = [], defaultModelServiceUuid, ...fields }, base, dependencies) => {
    const bound = new Set(modelServiceUuids);
    if (defaultModelServiceUuid !== undefined) bound.add(defaultModelServiceUuid);
    return withGpuMemory({
      ...modelDefaults,
      modelId: base.uuid,
      ...fields,
      ...base,
      modelServiceRefs: [...bound].map((each) =>
        newRef(base.uuid, each, dependencies, each === defaultModelServiceUuid),
      ),
    });
  },
);
