import type { Resources } from '../../src/domain/records.ts';
import {
  dataset,
  everyCenterField,
  everyDatasetField,
  everyGroupField,
  everyInstanceField,
  everyModelField,
  everyServiceField,
  image,
  instanceGroup,
  model,
  modelCenter,
  modelService,
  newUuid,
  ref,
  tag,
} from './records.ts';

/** A service's own fields with its images, as a seed has them. */
export function seededService(fields: Parameters<typeof modelService>[0] = {}) {
  const { modelServiceRefs: _, ...service } = modelService(fields);
  return service;
}

/** A model's own fields, as a seed has them. */
export function seededModel(fields: Parameters<typeof model>[0] = {}) {
  const { modelServiceRefs: _, ...record } = model(fields);
  return record;
}

/**
 * Resources of every kind, of each one with every field set and one with no more than must be. Each
 * list is in the order of age.
 */
export function everyResource() {
  const fullCenter = everyCenterField();
  const center = modelCenter({ createDate: fullCenter.createDate + 1 });
  const fullModel = { ...everyModelField(), modelCenterUuid: fullCenter.uuid };
  const bareModel = seededModel({ createDate: fullModel.createDate + 1 });
  const own = { ...everyServiceField(), modelCenterUuid: fullCenter.uuid };
  const { createDate, lastOpDate } = own;
  const fullDataset = { ...everyDatasetField(), modelCenterUuid: fullCenter.uuid };
  const fullService = {
    ...own,
    modelServiceImages: [
      image(own.uuid, {
        cpuArchitecture: 'aarch64',
        vmImageUuid: newUuid(),
        dockerImage: 'registry.example.com/a',
        createDate: createDate + 3,
        lastOpDate: lastOpDate + 4,
      }),
      image(own.uuid),
    ],
  };
  const bareService = seededService({ createDate: createDate + 1 });
  const usedDataset = fullDataset.uuid;
  const ownGroup = everyGroupField(own.uuid, fullModel.uuid);
  const bareGroup = instanceGroup({ createDate: ownGroup.createDate + 1 });
  const { uuid: modelServiceInstanceGroupUuid } = ownGroup;
  const fullGroup = {
    ...ownGroup,
    instances: [everyInstanceField(ownGroup.uuid)],
    datasetRefInventories: [
      { uuid: newUuid(), modelServiceInstanceGroupUuid, datasetUuid: usedDataset },
    ],
    modelServiceGroupRefs: [
      { uuid: newUuid(), modelServiceInstanceGroupUuid, usedGroupUuid: bareGroup.uuid },
    ],
  };
  const tagged = { resourceType: 'ModelVO', type: 'System' } as const;
  return {
    modelCenters: [fullCenter, center],
    models: [fullModel, bareModel],
    modelServices: [fullService, bareService],
    modelServiceRefs: [
      ref(fullModel.uuid, fullService.uuid),
      ref(fullModel.uuid, bareService.uuid, { isDefault: true }),
      ref(bareModel.uuid, bareService.uuid),
    ],
    datasets: [fullDataset, dataset({ createDate: fullDataset.createDate + 1 })],
    modelServiceInstanceGroups: [fullGroup, bareGroup],
    userTags: [
      tag(fullService.uuid, ' a tag α😀'),
      tag(center.uuid, 'a tag', { resourceType: 'ModelCenterVO', createDate: createDate + 5 }),
    ],
    systemTags: [tag(fullModel.uuid, 'a::tag', tagged)],
  } as Resources & {
    modelCenters: [typeof fullCenter, typeof center];
    models: [typeof fullModel, typeof bareModel];
    modelServices: [typeof fullService, typeof bareService];
    modelServiceRefs: [Ref, Ref, Ref];
    datasets: [typeof fullDataset, Resources['datasets'][0]];
    modelServiceInstanceGroups: [typeof fullGroup, typeof bareGroup];
    userTags: [Resources['userTags'][0], Resources['userTags'][0]];
    systemTags: [Resources['systemTags'][0]];
  };
}

type Ref = Resources['modelServiceRefs'][number];
export type EveryResource = ReturnType<typeof everyResource>;
