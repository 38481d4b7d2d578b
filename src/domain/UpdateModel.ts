import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Model } from './records.ts';
import { argumentReference, pathReference, strictReference } from './references.ts';

/** Changes the given fields and `lastOpDate` (F14 and F27). */
export const UpdateModel: Handler<'UpdateModel'> = async (
  { path: { uuid }, params, ...tags },
  dependencies,
) => {
  const { defaultModelServiceUuid, clearDefaultModelService, ...fields } = params;
  const now = dependencies.clock();
  return dependencies.store.changeResource(
    'Model',
    uuid,
    (current) => ({
      ...current,
      ...fields,
      ...(clearDefaultModelService && { modelServiceRefs: withoutDefault(current) }),
      ...(defaultModelServiceUuid !== undefined && {
        modelServiceRefs: withDefault(current, defaultModelServiceUuid, dependencies),
      }),
      lastOpDate: now,
    }),
    {
      references: [
        pathReference('uuid', 'ModelVO', uuid),
        ...strictReference(
          dependencies,
          'modelCenterUuid',
          'ModelCenterVO',
          params.modelCenterUuid,
        ),
        ...argumentReference('defaultModelServiceUuid', 'ModelServiceVO', defaultModelServiceUuid),
      ],
      tags: createTags(tags, 'ModelVO', uuid, now, dependencies),
    },
    (model) => ({ inventory: toInventory('Model', model, dependencies.formatDate, now) }),
  );
};

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
