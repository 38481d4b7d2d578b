import { modelServiceDefaults } from '../contract/schemas/model-service.ts';
import type { Rule } from './handler.ts';
import { architecturesOf, serviceImages } from './images.ts';
import { modelServiceInventory } from './inventory.ts';
import { named, strictly } from './references.ts';
import { tagsOf } from './tags.ts';

/** Adds a service, its images and its bindings to the models named. */
export const AddModelService: Rule<'AddModelService'> = async ({ params, ...tags }, ports) => {
  const {
    architectureImages = [],
    modelUuids = [],
    tagUuids = [],
    vendorToSpecUuidsMap = {},
    resourceUuid: uuid = ports.newUuid(),
    ...fields
  } = params;
  const now = ports.clock();
  const images = serviceImages(architectureImages, uuid, now, ports);
  const service = {
    uuid,
    size: 0,
    hasNewVersion: false,
    tagUuids,
    vendorToSpecUuidsMap,
    cpuArchitectures: architecturesOf(images),
    modelServiceImages: images,
    modelServiceRefs: [...new Set(modelUuids)].map((modelUuid) => ({
      uuid: ports.newUuid(),
      modelUuid,
      modelServiceUuid: uuid,
      isDefault: false,
    })),
    createDate: now,
    lastOpDate: now,
    // Last: a literal that begins with what is spread takes many times as long.
    ...modelServiceDefaults,
    ...fields,
  };
  const extras = {
    references: [
      ...strictly(ports, named('modelCenterUuid', 'ModelCenterVO', params.modelCenterUuid)),
      ...named('modelUuids', 'ModelVO', params.modelUuids),
      ...strictly(ports, named('tagUuids', 'TagVO', params.tagUuids)),
    ],
    tags: tagsOf(tags, 'ModelServiceVO', uuid, now, ports),
  };
  return ports.store.addModelService(service, extras, () => ({
    inventory: modelServiceInventory(service, ports.formatDate),
  }));
};
