import { type TString, Type } from '@sinclair/typebox';
import { gpuNumbersInput } from './hardware.ts';
import { ModelServiceRefInventory } from './model-service.ts';
import { HiddenFields, inventoryOf, newResourceFields, uuidInList } from './resource.ts';
import {
  boolean,
  boundedList,
  integer,
  listOf,
  long,
  oneOf,
  optional,
  RefersTo,
  since,
  text,
  uuidOf,
  verbatim,
} from './types.ts';

/** Values of a new model for parameters that are not given (F27). */
export const modelDefaults = {
  description: '',
  size: 0,
  type: 'Custom',
  recommendedGpuNum: [] as number[],
  modelClassifications: [] as string[],
  isLatestVersion: true,
  extraGpuMemRequest: 4_294_967_296,
  SAMPLE_SIZE: 1000,
};

const field = {
  name: text('Name of the model; need not be unique.', { max: 255 }),
  description: text('Free-text description of the model.', { max: 2048 }),
  installPath: text('Installation path of the model.', { max: 2048 }),
  parameters: verbatim('Parameters of the model; any text, stored as sent.'),
  modelCenterUuid: uuidOf('the model center', { [RefersTo]: 'ModelCenterVO' }),
  logo: verbatim('Logo of the model, in base64.'),
  vendor: text('Vendor of the model.', { max: 255 }),
  modelId: text('ID of the model; its UUID by default. Need not be unique.', { max: 255 }),
  introduction: verbatim('Introduction to the model; stored as sent.'),
  size: long('Size of the model, in bytes.', { min: 0 }),
  version: text('Version of the model.', { max: 255 }),
  gpuConstraintDescription: text('Description of the model’s GPU requirements.', { max: 512 }),
  token: text('Access token; stored, never returned and never logged.'),
  shareMode: oneOf('Share mode, only `Public`; stored, never returned.', ['Public']),
};

/** Fields that are stored and never returned (F27). */
export const HiddenModelFields = Type.Object({
  ...optional({ token: field.token, shareMode: field.shareMode }),
  modelClassifications: listOf('Classifications.', verbatim('A classification.')),
  tagUuids: HiddenFields.properties.tagUuids,
});

const defaultModelServiceUuid = uuidOf('the model’s default service, which is bound to it', {
  [RefersTo]: 'ModelServiceVO',
});

export const ModelInventory = inventoryOf('ModelInventory', 'A model.', {
  name: field.name,
  description: field.description,
  installPath: field.installPath,
  parameters: Type.Optional(field.parameters),
  modelCenterUuid: field.modelCenterUuid,
  logo: Type.Optional(field.logo),
  vendor: Type.Optional(field.vendor),
  modelId: field.modelId,
  introduction: Type.Optional(field.introduction),
  size: field.size,
  version: Type.Optional(field.version),
  type: text('Type of the model: `Custom` unless a seed sets it.', { max: 255 }),
  minGpuMemory: Type.Optional(long('Minimum GPU memory in bytes: `size` + `extraGpuMemRequest`.')),
  recommendedGpuMemory: Type.Optional(long('Recommended GPU memory in bytes: the same sum.')),
  recommendedGpuNum: listOf('Recommended numbers of GPUs.', integer('A number of GPUs.')),
  gpuConstraintDescription: Type.Optional(field.gpuConstraintDescription),
  versionSemver: Type.Optional(text('Semantic version of the model.')),
  isLatestVersion: boolean('Whether it is the latest version: true unless a seed sets it.'),
  artifactChecksum: Type.Optional(text('Checksum of the artifact.')),
  artifactSizeBytes: Type.Optional(long('Size of the artifact, in bytes.')),
  architectureType: Type.Optional(text('Architecture of the model.')),
  frameworkVersion: Type.Optional(text('Version of the framework.')),
  requiredAccelerator: Type.Optional(text('Accelerator that the model needs.')),
  pipelineTag: Type.Optional(text('Pipeline tag of the model.')),
  modelServiceRefs: listOf('Bindings to services.', ModelServiceRefInventory),
  extraGpuMemRequest: long('GPU memory requested in addition to `size`, in bytes.'),
  SAMPLE_SIZE: integer('Sample size: 1000 unless a seed sets it.'),
});

/** In the order of F46, in which they are checked. */
export const AddModelParams = Type.Object({
  ...since('5.1.8', {
    name: field.name,
    installPath: field.installPath,
    modelCenterUuid: field.modelCenterUuid,
  }),
  ...optional({
    ...since('5.1.8', {
      description: { ...field.description, default: modelDefaults.description },
      parameters: field.parameters,
      token: field.token,
      logo: field.logo,
      vendor: field.vendor,
      introduction: field.introduction,
      size: { ...field.size, default: modelDefaults.size },
      version: field.version,
      ...newResourceFields,
    }),
    ...since('5.2.1', {
      modelServiceUuids: listOf('UUIDs of services to bind.', uuidInList('a service'), {
        ...boundedList,
        [RefersTo]: 'ModelServiceVO',
      }),
    }),
    ...since('5.4.6', {
      recommendedGpuNum: gpuNumbersInput,
      gpuConstraintDescription: field.gpuConstraintDescription,
    }),
    ...since('5.5.6', { modelId: field.modelId }),
    ...since('5.5.12', { shareMode: field.shareMode }),
    ...since('5.5.22', { defaultModelServiceUuid }),
  }),
});

/** Maximum length of a text in an update (F46). */
const UPDATE_MAX = 255;
const updated = <Field extends TString>(schema: Field): Field => ({
  ...schema,
  maxLength: UPDATE_MAX,
});

export const UpdateModelParams = Type.Object(
  optional({
    name: updated(field.name),
    installPath: updated(field.installPath),
    description: updated(field.description),
    vendor: updated(field.vendor),
    parameters: updated(field.parameters),
    modelCenterUuid: updated(field.modelCenterUuid),
    modelClassifications: listOf(
      'Classifications; stored, never returned.',
      verbatim('A classification.'),
      boundedList,
    ),
    recommendedGpuNum: gpuNumbersInput,
    gpuConstraintDescription: field.gpuConstraintDescription,
    modelId: field.modelId,
    defaultModelServiceUuid,
    clearDefaultModelService: boolean(
      'Whether to clear the default service, whose binding stays. `defaultModelServiceUuid` takes precedence.',
    ),
  }),
);
