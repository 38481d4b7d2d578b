import { Type } from '@sinclair/typebox';
import { inventoryOf, newResourceFields, uuid } from './resource.ts';
import { integer, long, objectOf, optional, text, UUID_MAX, uuidOf, verbatim } from './types.ts';

/**
 * The fields of a center, in the order of F46, in which they are checked; with the maximum lengths of names and
 * addresses, of other texts, and of uuids.
 */
const fieldsOf = ({ short = 255, longer = 2048, uuidMax = UUID_MAX } = {}) => ({
  name: text('Name of the center; need not be unique.', { max: short }),
  url: text('URL of the center’s storage.', { max: longer }),
  managementIp: text('Address of the center’s management interface.', { max: short }),
  managementPort: integer('Port of the center’s management interface.', { min: 1, max: 65_535 }),
  description: text('Free-text description of the center.', { max: longer }),
  parameters: verbatim('Parameters of the center; any text, stored as sent.', { max: short }),
  zoneUuid: uuidOf('the zone; stored, never returned', { max: uuidMax }),
  storageNetworkUuid: uuidOf('the storage network', { max: uuidMax }),
  serviceNetworkUuid: uuidOf('the service network', { max: uuidMax }),
  containerRegistry: text('Container registry of the center.', { max: longer }),
  containerNetwork: text('Container network of the center.', { max: longer }),
  containerStorageNetwork: text('Container storage network of the center.', { max: longer }),
});
const stored = fieldsOf();

const capacityOf = (what: string) => long(`Storage used by ${what}, in bytes: always 0.`);

export const ModelCenterCapacityInventory = objectOf(
  'ModelCenterCapacityInventory',
  'Used and available storage of a center.',
  {
    uuid,
    modelUsedCapacity: long('Sum of the sizes of the center’s models, in bytes.'),
    modelServiceUsedCapacity: long('Sum of the sizes of the center’s services, in bytes.'),
    datasetUsedCapacity: long('Sum of the sizes of the center’s datasets, in bytes.'),
    fineTuneUsedCapacity: capacityOf('fine-tuning'),
    modelEvaluationUsedCapacity: capacityOf('evaluations'),
    temporaryUsedCapacity: capacityOf('temporary files'),
    cacheUsedCapacity: capacityOf('caches'),
    totalCapacity: long('Total capacity in bytes: always 0.'),
    availableCapacity: long('Available capacity in bytes: always 0.'),
  },
);

export const ModelCenterInventory = inventoryOf(
  'ModelCenterInventory',
  'A storage location of models, services and datasets.',
  {
    name: stored.name,
    description: Type.Optional(stored.description),
    url: stored.url,
    status: text('Connection status of the center: always `Connected`.'),
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

const { name, url, managementIp, managementPort, ...others } = fieldsOf({
  short: 128,
  uuidMax: 32,
});

export const AddModelCenterParams = Type.Object({
  name,
  url,
  managementIp,
  managementPort,
  ...optional({ ...others, ...newResourceFields }),
});

const { zoneUuid, ...changes } = fieldsOf({ longer: 255 });

export const UpdateModelCenterParams = Type.Object(optional(changes));
