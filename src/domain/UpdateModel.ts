import type { Dependencies } from './dependencies.ts';
import type { Model } from './records.ts';
import { updateHandler } from './updates.ts';

/** Changes the given fields and `lastOpDate` (F14 and F27). */
export const UpdateModel = updateHandler('UpdateModel', 'Model', ({ params }, dependencies) => {
  const { defaultModelServiceUuid, clearDefaultModelService, ...fields } = params;
  return (current) => ({
    ...current,
    ...fields,
    ...(clearDefaultModelService && { modelServiceRefs: withoutDefault(current) }),
    ...(defaultModelServiceUuid !== undefined && {
      modelServiceRefs: withDefault(current, defaultModelServiceUuid, dependencies),
    }),
  });
});

/** The model's refs with this service as the only default; adds its ref if there is none. */
function withDefault(
  { uuid, modelServiceRefs }: Model,
  modelServiceUuid: string,
  { newUuid }: Dependencies,
): Model['modelServiceRefs'] {
  const bound = modelServiceRefs.some((ref) => ref.modelServiceUuid === modelServiceUuid);
  const added = { uuid: newUuid(), modelUuid: uuid, modelServiceUuid, isDefault: true };
  return [
    ...modelServiceRefs.map((ref) => ({
      ...ref,
      isDefault: ref.modelServiceUuid === modelServiceUuid,
    })),
    ...(bound ? [] : [added]),
  ];
}

function withoutDefault({ modelServiceRefs }: Model): Model['modelServiceRefs'] {
  return modelServiceRefs.map((ref) => ({ ...ref, isDefault: false }));
}
