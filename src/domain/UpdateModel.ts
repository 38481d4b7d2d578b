import type { Ports } from './dependencies.ts';
import type { Rule } from './handler.ts';
import { modelInventory } from './inventory.ts';
import type { Model } from './records.ts';
import { inPath, named, strictly } from './references.ts';
import { tagsOf } from './tags.ts';

/** Changes what is given and leaves the rest; `lastOpDate` moves (decisions 14 and 27). */
export const UpdateModel: Rule<'UpdateModel'> = async (
  { path: { uuid }, params, ...tags },
  ports,
) => {
  const { defaultModelServiceUuid, clearDefaultModelService, ...fields } = params;
  const now = ports.clock();
  return ports.store.changeModel(
    uuid,
    (current) => ({
      ...current,
      ...fields,
      ...(clearDefaultModelService && { modelServiceRefs: withoutDefault(current) }),
      ...(defaultModelServiceUuid !== undefined && {
        modelServiceRefs: withDefault(current, defaultModelServiceUuid, ports),
      }),
      lastOpDate: now,
    }),
    {
      references: [
        inPath('uuid', 'ModelVO', uuid),
        ...strictly(ports, named('modelCenterUuid', 'ModelCenterVO', params.modelCenterUuid)),
        ...named('defaultModelServiceUuid', 'ModelServiceVO', defaultModelServiceUuid),
      ],
      tags: tagsOf(tags, 'ModelVO', uuid, now, ports),
    },
    (model) => ({ inventory: modelInventory(model, ports.formatDate) }),
  );
};

/** The model's refs with this service as the only default, bound when it wasn't. */
function withDefault(
  { uuid, modelServiceRefs }: Model,
  modelServiceUuid: string,
  { newUuid }: Ports,
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
