import { Type } from '@sinclair/typebox';
import { inventoryOf, newResourceFields, uuid } from './resource.ts';
import { integer, long, objectOf, optional, text, UUID_MAX, uuidOf, verbatim } from './types.ts';

/**
 * The fields of a center, in the order of F46, in which they are checked.
 * @param short maximum length of names and addresses
 * @param longer that of other texts
 * @param uuidMax that of uuids
 */
const fieldsOf = (short: number, longer: number, uuidMax = UUID_MAX) => ({
  name: text('Name of the center; need not be unique.', { max: short }),
  url: text('Where the center’s files are.', { max: longer }),
  managementIp: text('Address the center is managed at.', { max: short }),
  managementPort: integer('Port the center is managed at.', { min: 1, max: 65_535 }),
  description: text('What the center is.', { max: longer }),
  parameters: verbatim('The center’s parameters.', { max: short }),
  zoneUuid: uuidOf('the zone; stored, never returned', { max: uuidMax }),
  storageNetworkUuid: uuidOf('the storage network', { max: uuidMax }),
  serviceNetworkUuid: uuidOf('the service network', { max: uuidMax }),
  containerRegistry: text('Container registry.', { max: longer }),
  containerNetwork: text('Container network.', { max: longer }),
  containerStorageNetwork: text('Container storage network.', { max: longer }),
});
const stored = fieldsOf(255, 2048);

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
    name: stored.name,
    description: Type.Optional(stored.description),
    url: stored.url,
    status: text('State of the center: always `Connected`.'),
    parameters: Type.Optional(stored.parameters),
    managementIp: stored.managementIp,
    managementPort: stored.managementPort,
    ...optional({
      storageNetworkUuid: stored.storageNetworkUuid,
      serviceNetworkUuid: stored.serviceNetworkUuid,
      containerRegistry: stored.containerRegistry,
      containerStorageNetwork: stored.containerStorageNetwork,
      containerNetwork: stored.containerNetwork,
    }),
    capacity: ModelCenterCapacityInventory,
  },
);

const { name, url, managementIp, managementPort, ...others } = fieldsOf(128, 2048, 32);

export const AddModelCenterParams = Type.Object({
  name,
  url,
  managementIp,
  managementPort,
  ...optional({ ...others, ...newResourceFields }),
});

const { zoneUuid, ...changes } = fieldsOf(255, 255);

export const UpdateModelCenterParams = Type.Object(optional(changes));
