import type { Dependencies } from './dependencies.ts';
import { type Model, newRef } from './records.ts';
import { updateHandler } from './updates.ts';

/** Changes the given fields and `lastOpDate` (F14 and F27). */
export const UpdateModel = updateHandler('UpdateModel', 'Model', ({ params }, dependencies) => {
  const { defaultModelServiceUuid, clearDefaultModelService, ...fields } = params;
  const setsDefault = clearDefaultModelService || defaultModelServiceUuid !== undefined;
  return (current) => ({
    ...current,
    ...fields,
    ...(setsDefault && {
      modelServiceRefs: withDefault(current, defaultModelServiceUuid, dependencies),
    }),
  });
});

/** The model's refs with this service as the only default, if there is one; adds its ref if that is missing. */
function withDefault(
  { uuid, modelServiceRefs }: Model,
  modelServiceUuid: string | undefined,
  dependencies: Dependencies,
): Model['modelServiceRefs'] {
  const refs = modelServiceRefs.map((ref) => ({
    ...ref,
    isDefault: ref.modelServiceUuid === modelServiceUuid,
  }));
  if (modelServiceUuid === undefined) return refs;
  const added = newRef(uuid, modelServiceUuid, dependencies, true);
  return refs.some(({ isDefault }) => isDefault) ? refs : [...refs, added];
}
