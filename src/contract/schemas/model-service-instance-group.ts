import { type Static, Type } from '@sinclair/typebox';
import { missing } from '../validation/validator.ts';
import { cpuArchitecture } from './hardware.ts';
import { ModelServiceInventory, urlPath } from './model-service.ts';
import { HiddenFields, inventoryOf, newResourceFields, uuidInList } from './resource.ts';
import {
  boundedList,
  boundedMap,
  Computed,
  date,
  integer,
  listOf,
  long,
  mapOf,
  NoNulls,
  objectOf,
  oneOf,
  optional,
  RefersTo,
  Refine,
  text,
  uuidOf,
  verbatim,
  WhenReady,
} from './types.ts';

/** Status of a deployment until it is ready, and then unless a test names another outcome (F62). */
export const DEPLOYING = 'Deploying';
export const RUNNING = 'Running';

const status = text(
  `\`${DEPLOYING}\` until the deployment is ready, then \`${RUNNING}\` or the status that a fault or seed sets.`,
  {
    [WhenReady]: { column: 'outcome', before: DEPLOYING },
  },
);
const modelServiceGroupUuid = uuidOf('the deployment');
const { yaml, type: modelServiceType } = ModelServiceInventory.properties;

export const ModelServiceInstanceInventory = inventoryOf(
  'ModelServiceInstanceInventory',
  'An instance of a deployed service.',
  {
    name: text('Name of the deployment at its creation.', { max: 255 }),
    modelServiceGroupUuid,
    yaml: { ...yaml, [Computed]: true },
    status,
    ...optional({
      url: text('URL of the service by `AIOS_DEPLOY_URL`, once the deployment is ready.', {
        [WhenReady]: { column: 'url', before: null },
      }),
      urlMaps: text('Further URLs; only if a seed sets them.'),
      internalUrl: text('URL for other services; only if a seed sets it.'),
      vmInstanceUuid: uuidOf('the VM of a `VirtualMachine` deployment; no VM is started'),
      architecture: cpuArchitecture,
    }),
  },
);

const ModelServiceGroupDatasetRefInventory = objectOf(
  'ModelServiceGroupDatasetRefInventory',
  'A reference of a deployment to a dataset.',
  {
    uuid: text('UUID of the reference.'),
    datasetUuid: uuidOf('the dataset'),
    modelServiceInstanceGroupUuid: modelServiceGroupUuid,
  },
);

const name = text('Name of the deployment; need not be unique.', { max: 255 });
const description = text('Free-text description of the deployment.', { max: 2048 });
const type = oneOf(
  'Kind of host to deploy the service to.',
  ['VirtualMachine', 'Container', 'BareMetal2'],
  { $id: 'DeploymentType' },
);
const modelUuid = uuidOf('the model to serve', { [RefersTo]: 'ModelVO' });

export const ModelServiceInstanceGroupInventory = inventoryOf(
  'ModelServiceInstanceGroupInventory',
  'A deployment of a service.',
  {
    ...optional({ modelServiceUuid: uuidOf('the service, unless it was deleted'), modelUuid }),
    instances: listOf('Instances of the deployment.', ModelServiceInstanceInventory),
    datasetRefInventories: listOf(
      'References to the datasets that the deployment uses.',
      ModelServiceGroupDatasetRefInventory,
    ),
    status,
    modelServiceType,
    type,
    name,
    description: Type.Optional(description),
    yaml,
    supportMetrics: listOf('Supported metrics: always empty.', text('A metric.'), {
      [Computed]: true,
    }),
  },
);

const shortUrlPath = { ...urlPath, max: 255 };
const bootTime = integer('Start-up time of the service, in seconds.', { min: 1, max: 65_535 });

const l3NetworkUuids = listOf('UUIDs of L3 networks.', uuidInList('an L3 network'), boundedList);
const maps = {
  environmentVariables: mapOf('Environment variables by name.', verbatim('Its value.'), {
    ...boundedMap,
    [NoNulls]: true,
  }),
  startupParameters: mapOf('Startup parameters by name.', verbatim('Its value.'), boundedMap),
};
const probes = {
  serviceLivez: text('Path of the liveness check.', shortUrlPath),
  serviceReadyz: text('Path of the readiness check.', shortUrlPath),
};

const deploymentFields = {
  zoneUuid: uuidOf('the zone'),
  ...optional({
    vmImageUuid: uuidOf('the VM image'),
    dockerImage: text('Container image; required for type `Container`.', { max: 255 }),
    primaryStorageUuid: uuidOf('the primary storage'),
    cpuNum: integer('Number of CPUs.', { min: 1 }),
    requestCpuNum: integer('Number of CPUs requested.', { min: 1 }),
    memorySize: long('Memory in bytes.', { min: 1 }),
    requestMemorySize: long('Memory requested, in bytes.', { min: 1 }),
    l3NetworkUuids,
    ...maps,
    serviceBootUptime: bootTime,
    ...probes,
    clusterUuid: uuidOf('the cluster'),
    rootDiskOfferingUuid: uuidOf('the offering of the root disk'),
    rootDiskSize: long('Size of the root disk, in bytes.', { min: 1 }),
    projectUuid: uuidOf('the project'),
  }),
};

const { serviceBootUptime: serviceBootupTime, ...storedFields } = deploymentFields;

/** The status that a deployment gets, and when; until then it is `Deploying` (F62). */
export const OutcomeFields = Type.Object({
  outcome: text(`Status of the deployment once it is ready; \`${RUNNING}\` by default.`),
  readyDate: date('Time at which the deployment is ready'),
});

export type OutcomeFields = Static<typeof OutcomeFields>;

/** Fields that are stored and never returned, as an update names them (F62). */
export const HiddenGroupFields = Type.Object({
  ...storedFields,
  serviceBootupTime,
  l3NetworkUuids,
  ...maps,
  ...OutcomeFields.properties,
  tagUuids: HiddenFields.properties.tagUuids,
});

/** Values of a new deployment for parameters that are not given. */
export const deploymentDefaults = {
  l3NetworkUuids: [] as string[],
  environmentVariables: {},
  startupParameters: {},
};

const { zoneUuid, vmImageUuid, dockerImage, primaryStorageUuid, ...others } = deploymentFields;

/** In the order of F62, in which they are checked. */
export const DeployModelServiceParams = Type.Object(
  {
    zoneUuid,
    name,
    type,
    ...optional({ modelUuid, description }),
    vmImageUuid,
    dockerImage,
    primaryStorageUuid,
    ...optional({
      datasetUuids: listOf('UUIDs of datasets to use.', uuidInList('a dataset'), {
        ...boundedList,
        [RefersTo]: 'DatasetVO',
      }),
      modelServiceGroupUuids: listOf(
        'UUIDs of other deployments that this one uses; stored, never returned.',
        uuidInList('a deployment'),
        { ...boundedList, [RefersTo]: 'ModelServiceInstanceGroupVO' },
      ),
    }),
    ...others,
    ...optional(newResourceFields),
  },
  {
    [Refine]: (params: { type: string; dockerImage?: string }, _field: string, message: string) => {
      if (params.type !== 'Container' || params.dockerImage) return params;
      throw missing('dockerImage', { message });
    },
  },
);

export const UpdateModelServiceInstanceGroupParams = Type.Object(
  optional({
    name,
    description,
    ...maps,
    ...probes,
    serviceBootupTime: bootTime,
  }),
);
