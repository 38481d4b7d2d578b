import { Type } from '@sinclair/typebox';
import { inventoryOf, newResourceFields, uuid } from './resource.ts';
import { integer, long, objectOf, optional, text, uuidOf, verbatim } from './types.ts';

/** Maximum length of a text in an update (F46). */
const UPDATE_MAX = 255;

const descriptions = {
  name: 'Name of the center; need not be unique.',
  description: 'What the center is.',
  url: 'Where the center’s files are.',
  parameters: 'The center’s parameters.',
  managementIp: 'Address the center is managed at.',
  storageNetworkUuid: 'the storage network',
  serviceNetworkUuid: 'the service network',
  containerRegistry: 'Container registry.',
  containerNetwork: 'Container network.',
  containerStorageNetwork: 'Container storage network.',
};

const managementPort = integer('Port the center is managed at.', { min: 1, max: 65_535 });

const capacityOf = (what: string) => long(`Bytes taken by ${what}.`);

export const ModelCenterCapacityInventory = objectOf(
  'ModelCenterCapacityInventory',
  'What a center holds.',
  {
    uuid,
    modelUsedCapacity: long('Sum of the sizes of the center’s models.'),
    modelServiceUsedCapacity: long('Sum of the sizes of the center’s services.'),
    datasetUsedCapacity: long('Sum of the sizes of the center’s datasets.'),
    fineTuneUsedCapacity: capacityOf('fine-tuning: always 0'),
    modelEvaluationUsedCapacity: capacityOf('evaluations: always 0'),
    temporaryUsedCapacity: capacityOf('temporary files: always 0'),
    cacheUsedCapacity: capacityOf('caches: always 0'),
    totalCapacity: long('What the center can hold: always 0.'),
    availableCapacity: long('What the center can still take: always 0.'),
  },
);

export const ModelCenterInventory = inventoryOf(
  'ModelCenterInventory',
  'A storage location of models and services.',
  {
    name: text(descriptions.name, { max: 255 }),
    description: Type.Optional(text(descriptions.description, { max: 2048 })),
    url: text(descriptions.url, { max: 2048 }),
    status: text('State of the center: always `Connected`.'),
    parameters: Type.Optional(verbatim(descriptions.parameters, { max: 255 })),
    managementIp: text(descriptions.managementIp, { max: 255 }),
    managementPort,
    storageNetworkUuid: Type.Optional(uuidOf(descriptions.storageNetworkUuid)),
    serviceNetworkUuid: Type.Optional(uuidOf(descriptions.serviceNetworkUuid)),
    containerRegistry: Type.Optional(text(descriptions.containerRegistry, { max: 2048 })),
    containerStorageNetwork: Type.Optional(
      text(descriptions.containerStorageNetwork, { max: 2048 }),
    ),
    containerNetwork: Type.Optional(text(descriptions.containerNetwork, { max: 2048 })),
    capacity: ModelCenterCapacityInventory,
  },
);

/** In the order of F46, in which they are checked. */
export const AddModelCenterParams = Type.Object({
  name: text(descriptions.name, { max: 128 }),
  url: text(descriptions.url, { max: 2048 }),
  managementIp: text(descriptions.managementIp, { max: 128 }),
  managementPort,
  ...optional({
    description: text(descriptions.description, { max: 2048 }),
    parameters: verbatim(descriptions.parameters, { max: 128 }),
    zoneUuid: uuidOf('the zone; stored, never returned', { max: 32 }),
    storageNetworkUuid: uuidOf(descriptions.storageNetworkUuid, { max: 32 }),
    serviceNetworkUuid: uuidOf(descriptions.serviceNetworkUuid, { max: 32 }),
    containerRegistry: text(descriptions.containerRegistry, { max: 2048 }),
    containerNetwork: text(descriptions.containerNetwork, { max: 2048 }),
    containerStorageNetwork: text(descriptions.containerStorageNetwork, { max: 2048 }),
    ...newResourceFields,
  }),
});

export const UpdateModelCenterParams = Type.Object(
  optional({
    name: text(descriptions.name, { max: UPDATE_MAX }),
    url: text(descriptions.url, { max: UPDATE_MAX }),
    managementIp: text(descriptions.managementIp, { max: UPDATE_MAX }),
    managementPort,
    description: text(descriptions.description, { max: UPDATE_MAX }),
    parameters: verbatim(descriptions.parameters, { max: UPDATE_MAX }),
    storageNetworkUuid: uuidOf(descriptions.storageNetworkUuid),
    serviceNetworkUuid: uuidOf(descriptions.serviceNetworkUuid),
    containerRegistry: text(descriptions.containerRegistry, { max: UPDATE_MAX }),
    containerNetwork: text(descriptions.containerNetwork, { max: UPDATE_MAX }),
    containerStorageNetwork: text(descriptions.containerStorageNetwork, { max: UPDATE_MAX }),
  }),
);
