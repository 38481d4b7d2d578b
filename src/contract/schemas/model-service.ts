import { Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { trim } from '../validation/scalars.ts';
import { uniqueBy } from '../validation/validator.ts';
import { cpuArchitecture, cpuArchitectureInput } from './hardware.ts';
import { inventoryOf, newResourceFields, uuidInList } from './resource.ts';
import {
  boolean,
  boundedList,
  boundedMap,
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
  since,
  text,
  uuidOf,
  verbatim,
} from './types.ts';

export const ModelServiceRefInventory = objectOf(
  'ModelServiceRefInventory',
  'A binding of a model to a service.',
  {
    uuid: text('UUID of the binding.'),
    modelUuid: uuidOf('the bound model'),
    modelServiceUuid: uuidOf('the bound service'),
    isDefault: boolean('Whether this service is the model’s default.'),
  },
);

const vmImageUuid = uuidOf('the VM image');
const dockerImage = text('Reference of the container image.', {
  max: 255,
  examples: ['registry.example.com/x86_64/myimage:latest'],
});

export const ModelServiceImageInventory = inventoryOf(
  'ModelServiceImageInventory',
  'A service’s image for one CPU architecture.',
  {
    modelServiceUuid: uuidOf('the service'),
    cpuArchitecture,
    ...optional({ vmImageUuid, dockerImage }),
  },
);

/** An image in a request; like all members of lists, its texts are stored untrimmed (F38). */
const ArchitectureImage = objectOf(
  'ArchitectureImage',
  'The image for one CPU architecture: a VM image, a container image, or both.',
  {
    cpuArchitecture: cpuArchitectureInput,
    ...optional({
      vmImageUuid: uuidInList('the VM image'),
      dockerImage: verbatim('Reference of the container image.', { max: 255 }),
    }),
  },
  {
    [Refine]: ({ cpuArchitecture, ...images }: Record<string, string>, field: string) => {
      const given = Object.entries(images).filter(([, image]) => trim(image) !== '');
      if (given.length > 0) return { cpuArchitecture, ...Object.fromEntries(given) };
      throw invalidArgument(`field[${field}] must have a vmImageUuid or a dockerImage`);
    },
  },
);

/** Bytes of a text of the platform's database. */
const BYTES_MAX = 65_535;
const limitedInBytes = {
  maxLength: BYTES_MAX,
  [Refine]: (value: string, field: string, message: string) => {
    const bytes = Buffer.byteLength(value);
    if (bytes <= BYTES_MAX) return value;
    throw invalidArgument(
      `field[${field}] of message[${message}] exceeds max length of string in bytes. ` +
        `expected was <= ${BYTES_MAX}, actual was ${bytes}`,
    );
  },
};

/** Values of a new service for parameters that are not given (F46). */
export const modelServiceDefaults = {
  type: 'Endpoint',
  source: 'Other',
  framework: 'Other',
  system: false,
  supportDistributed: false,
  size: 0,
  hasNewVersion: false,
  vendorToSpecUuidsMap: {},
} as const;

/** The fields of a service that a clone may override, in the order in which they are checked. */
const cloneFields = {
  name: text('Name of the service; need not be unique.', { max: 255 }),
  description: text('Free-text description of the service.', { max: 2048 }),
  readme: verbatim('README of the service; stored as sent.'),
  size: long('Size of the service, in bytes.'),
  gpuComputeCapability: text('Required GPU compute capability, such as 7.5.', { max: 32 }),
  installPath: text('Installation path of the service.', { max: 512 }),
  startCommand: text('Command that starts the service.', { max: 1024 }),
  pythonVersion: text('Python version.', { max: 32 }),
  condaVersion: text('Conda version.', { max: 32 }),
  system: boolean('Whether it is a system service.'),
  type: oneOf('Kind of service.', ['Endpoint', 'FineTune', 'App', 'ModelEval'], {
    $id: 'ModelServiceType',
  }),
  yaml: verbatim('YAML configuration, stored as sent; only an update checks its syntax.'),
  source: oneOf('Source of the service.', ['Other', 'Bentoml', 'HuggingFace'], {
    $id: 'ModelServiceSource',
  }),
  framework: text('Framework of the service; any text.', { max: 255 }),
  requestCpu: integer('Number of CPUs requested.', { min: 0 }),
  requestMemory: long('Memory requested; the platform documents no unit of it.', { min: 0 }),
};

const field = {
  ...cloneFields,
  modelCenterUuid: uuidOf('the model center', { [RefersTo]: 'ModelCenterVO' }),
  zoneUuid: uuidOf('the zone; stored, never returned'),
  modelUuids: listOf('UUIDs of models to bind.', uuidInList('a model'), {
    ...boundedList,
    [RefersTo]: 'ModelVO',
  }),
  architectureImages: listOf('The images, one per CPU architecture.', ArchitectureImage, {
    minItems: 1,
    ...boundedList,
    [Refine]: uniqueBy('cpuArchitecture'),
  }),
  supportDistributed: boolean('Whether distributed deployment is supported.'),
  containerCommand: text('Start command of the container, up to 65,535 bytes.', limitedInBytes),
  containerArgs: text('Start arguments of the container, up to 65,535 bytes.', limitedInBytes),
  vendorToSpecUuidsMap: mapOf(
    'UUIDs of GPU specifications by GPU vendor; duplicates are removed.',
    listOf('UUIDs of GPU specifications.', uuidInList('a GPU specification'), {
      ...boundedList,
      [Refine]: (uuids: string[]) => [...new Set(uuids)],
    }),
    boundedMap,
  ),
  cpuArchitectures: listOf(
    'CPU architectures that the service supports.',
    cpuArchitectureInput,
    boundedList,
  ),
};

/** The vendor map of a request; those of seeds and of earlier versions may have blank vendors (F41). */
const vendorToSpecUuidsMap = {
  ...field.vendorToSpecUuidsMap,
  [NoNulls]: true,
  [Refine]: (vendors: object, name: string) => {
    if (Object.keys(vendors).every((vendor) => trim(vendor) !== '')) return vendors;
    throw invalidArgument(`field[${name}] cannot contain a blank vendor`);
  },
};

export const ModelServiceInventory = inventoryOf('ModelServiceInventory', 'A model service.', {
  name: field.name,
  description: Type.Optional(field.description),
  readme: Type.Optional(field.readme),
  yaml: field.yaml,
  requestCpu: field.requestCpu,
  requestMemory: field.requestMemory,
  modelCenterUuid: field.modelCenterUuid,
  type: field.type,
  framework: field.framework,
  source: field.source,
  size: field.size,
  system: field.system,
  hasNewVersion: boolean('Whether a new version is available: false unless a seed sets it.'),
  gpuComputeCapability: Type.Optional(field.gpuComputeCapability),
  installPath: field.installPath,
  pythonVersion: Type.Optional(field.pythonVersion),
  condaVersion: Type.Optional(field.condaVersion),
  version: Type.Optional(text('Version of an `App`, the end of its `installPath`.', { max: 255 })),
  startCommand: field.startCommand,
  containerCommand: Type.Optional(field.containerCommand),
  containerArgs: Type.Optional(field.containerArgs),
  supportDistributed: field.supportDistributed,
  cpuArchitectures: listOf('CPU architectures that the service supports.', cpuArchitecture),
  vendorToSpecUuidsMap: field.vendorToSpecUuidsMap,
  modelServiceRefs: listOf('Bindings to models.', ModelServiceRefInventory),
  modelServiceImages: listOf('Images of the service.', ModelServiceImageInventory),
});

/** In the order of F46, in which they are checked. */
export const AddModelServiceParams = Type.Object({
  name: field.name,
  yaml: field.yaml,
  requestCpu: field.requestCpu,
  requestMemory: field.requestMemory,
  modelCenterUuid: field.modelCenterUuid,
  installPath: field.installPath,
  startCommand: field.startCommand,
  ...optional({
    description: field.description,
    zoneUuid: field.zoneUuid,
    gpuComputeCapability: field.gpuComputeCapability,
    system: { ...field.system, default: modelServiceDefaults.system },
    pythonVersion: field.pythonVersion,
    condaVersion: field.condaVersion,
    // The documents list these values in another order than those of Update and Clone.
    type: oneOf('Kind of service.', ['Endpoint', 'FineTune', 'ModelEval', 'App'], {
      default: modelServiceDefaults.type,
      $id: 'ModelServiceType',
    }),
    source: { ...field.source, default: modelServiceDefaults.source },
    framework: { ...field.framework, default: modelServiceDefaults.framework },
    modelUuids: field.modelUuids,
    architectureImages: field.architectureImages,
    supportDistributed: {
      ...field.supportDistributed,
      default: modelServiceDefaults.supportDistributed,
    },
    containerCommand: field.containerCommand,
    containerArgs: field.containerArgs,
    vendorToSpecUuidsMap,
    ...newResourceFields,
  }),
});

/** F39. */
export const urlPath = { max: 512, pattern: '^/\\S*$' };

const mapEdit = (what: string, entry: string) =>
  mapOf(`Sets ${what} in the \`yaml\`.`, verbatim(`Value of the ${entry}.`), boundedMap);

/** Parameters that edit the service's yaml (F15). */
export const yamlEditFields = {
  environmentParameters: mapEdit('`env`, as a list of `key:value`', 'environment variable'),
  startupParameters: mapEdit('`startupParameters`', 'startup parameter'),
  inferenceParams: mapEdit('`inferenceParams`', 'inference parameter'),
  serviceName: text('Sets `name` of the `yaml`’s first service.', { max: 4096 }),
  servicePorts: listOf(
    'Sets `ports` of the `yaml`’s first service.',
    integer('A port.', { min: 1, max: 65_535 }),
    { uniqueItems: true, ...boundedList },
  ),
  serviceLivez: text('Sets `livez` of the `yaml`’s first service.', urlPath),
  serviceReadyz: text('Sets `readyz` of the `yaml`’s first service.', urlPath),
  serviceBootupTime: integer('Sets `serviceBootupTime` of the `yaml`’s first service: seconds.', {
    min: 1,
    max: 65_535,
  }),
  serviceInstallPath: text('Sets `installPath` of the `yaml`’s first service.', { max: 4096 }),
  serviceStartCommand: text('Sets `startCommand` of the `yaml`’s first service.', { max: 4096 }),
};

const containerFields = since('5.5.22', {
  containerCommand: field.containerCommand,
  containerArgs: field.containerArgs,
  vendorToSpecUuidsMap,
});

export const UpdateModelServiceParams = Type.Object(
  optional({
    ...since('5.1.8', {
      name: field.name,
      description: field.description,
      yaml: field.yaml,
      requestCpu: field.requestCpu,
      requestMemory: field.requestMemory,
      gpuComputeCapability: field.gpuComputeCapability,
      startCommand: field.startCommand,
      pythonVersion: field.pythonVersion,
      type: field.type,
      framework: field.framework,
    }),
    ...since('5.3.28', { source: field.source, architectureImages: field.architectureImages }),
    ...since('5.3.52', { supportDistributed: field.supportDistributed, ...yamlEditFields }),
    ...containerFields,
  }),
);

export const CloneModelServiceParams = Type.Object(
  optional({
    ...since('5.3.20', {
      ...cloneFields,
      readme: { ...field.readme, ...limitedInBytes },
      size: { ...field.size, minimum: 0 },
      ...newResourceFields,
    }),
    ...since('5.3.40', {
      cpuArchitectures: field.cpuArchitectures,
      architectureImages: field.architectureImages,
    }),
    ...since('5.3.46', { supportDistributed: field.supportDistributed }),
    ...containerFields,
  }),
);
