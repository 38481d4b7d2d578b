import { type Static, Type } from '@sinclair/typebox';
import { uniqueBy } from '../validation/validator.ts';
import { HiddenFields, inventoryOf, newResourceFields, uuidInList } from './resource.ts';
import {
  boolean,
  boundedList,
  listOf,
  long,
  objectOf,
  oneOf,
  optional,
  RefersTo,
  Refine,
  text,
  uuidOf,
} from './types.ts';

const field = {
  name: text('Name of the dataset; need not be unique.', { max: 255 }),
  description: text('Free-text description of the dataset.', { max: 2048 }),
  url: text('URL of the dataset’s source; nothing is downloaded.', { max: 2048 }),
  modelCenterUuid: uuidOf('the model center', { [RefersTo]: 'ModelCenterVO' }),
  system: boolean('Whether it is a system dataset, which can’t be updated.'),
  token: text('Access token; stored, never returned and never logged.'),
};

/** Parameters of an update that are stored and never returned. */
const hiddenParams = {
  usageScenarios: listOf(
    'Purposes of the dataset; stored, never returned.',
    oneOf('A purpose of a dataset.', ['FineTune', 'Endpoint', 'App', 'ModelEval', 'ModelPerf'], {
      $id: 'DatasetUsageScenario',
    }),
    boundedList,
  ),
  dataType: oneOf(
    'Type of the data; stored, never returned.',
    ['Text', 'Audio', 'Image', 'Video', 'Tabular', 'Geospatial', 'TimeSeries'],
    { $id: 'DatasetDataType' },
  ),
};

/** Fields that are stored and never returned (F62). */
export const HiddenDatasetFields = Type.Object({
  token: Type.Optional(field.token),
  usageScenarios: hiddenParams.usageScenarios,
  dataType: Type.Optional(hiddenParams.dataType),
  tagUuids: HiddenFields.properties.tagUuids,
});

export const DatasetInventory = inventoryOf('DatasetInventory', 'A dataset.', {
  name: field.name,
  description: Type.Optional(field.description),
  url: field.url,
  installPath: Type.Optional(
    text(
      '`<url of the center>/datasets/<uuid>`; absent if the center was unknown at the creation.',
    ),
  ),
  modelCenterUuid: field.modelCenterUuid,
  size: long('Size in bytes: 0 unless a seed sets it.'),
  system: field.system,
});

/** Values of a new dataset for parameters that are not given (F62). */
export const datasetDefaults = {
  size: 0,
  system: false,
  usageScenarios: [] as Static<typeof hiddenParams.usageScenarios>,
};

/** In the order of F62, in which they are checked. */
export const CreateDatasetParams = Type.Object({
  name: field.name,
  url: field.url,
  modelCenterUuid: field.modelCenterUuid,
  ...optional({
    description: field.description,
    token: field.token,
    system: { ...field.system, default: datasetDefaults.system },
    ...newResourceFields,
  }),
});

const changes = optional({
  name: field.name,
  description: field.description,
  ...hiddenParams,
});

export const UpdateDatasetParams = Type.Object(changes);

export const UpdateDatasetsParams = Type.Object({
  updateDatasetStructs: listOf(
    'The datasets to update, each listed at most once.',
    objectOf('UpdateDatasetStruct', 'The changes of one dataset.', {
      uuid: uuidInList('the dataset'),
      ...changes,
    }),
    { ...boundedList, [Refine]: uniqueBy('uuid') },
  ),
});
