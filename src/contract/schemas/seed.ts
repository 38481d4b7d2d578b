import { type TSchema, Type } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { compileStrictValidator } from '../validation/validator.ts';
import { CreateDatasetParams, DatasetInventory, privateDatasetFields } from './dataset.ts';
import { AddModelParams, ModelInventory } from './model.ts';
import { AddModelCenterParams, ModelCenterInventory } from './model-center.ts';
import {
  AddModelServiceParams,
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from './model-service.ts';
import {
  DeployModelServiceParams,
  DeploymentParameters,
  ModelServiceInstanceGroupInventory,
  OwnInstanceFields,
} from './model-service-instance-group.ts';
import { isoTime, isUuid, uuidInList } from './resource.ts';
import { SystemTagInventory, UserTagInventory } from './tag.ts';
import { integer, listOf, Refine, text, uuidOf, verbatim } from './types.ts';

type Fields = Record<string, TSchema>;

const uuid = text('UUID of the resource.', {
  [Refine]: (value: string, field: string) => {
    if (isUuid(value)) return value;
    throw invalidArgument(
      `field[${field}]: [${value}] is not a UUID(v4 recommended) with '-' stripped`,
    );
  },
});

const time = isoTime('When');
const times = { createDate: time, lastOpDate: time };

/** Fields that are stored but not in an inventory, without tokens, which are secret. */
const privateFields = {
  zoneUuid: uuidOf('the zone'),
  tagUuids: listOf('UUIDs of tags.', uuidInList('a tag')),
};

function entrySchema(fields: Fields, required: readonly string[] = []): TSchema {
  return { type: 'object', properties: fields, required } as unknown as TSchema;
}

/** The fields of an inventory without its relations, with further stored fields. */
function resourceSchema(
  inventory: { properties: Fields },
  params: TSchema,
  further: Fields,
): TSchema {
  const { modelServiceRefs, modelServiceImages, capacity, ...fields } = inventory.properties;
  return entrySchema({ ...fields, uuid, ...further, ...times }, ['uuid', ...params.required]);
}

const image = entrySchema(
  {
    uuid,
    modelServiceUuid: uuidOf('the service'),
    cpuArchitecture: ModelServiceImageInventory.properties.cpuArchitecture,
    vmImageUuid: uuidInList('the VM image'),
    dockerImage: verbatim('Container image.', { max: 255 }),
    ...times,
  },
  ['cpuArchitecture'],
);
/** What becomes of a deployment, and when. */
const outcome = { outcome: text('Status of a deployment that is ready.'), readyDate: time };
const instance = entrySchema({
  ...Type.Omit(OwnInstanceFields, ['modelServiceGroupUuid', 'status']).properties,
  uuid,
  ...outcome,
  ...times,
});
const ref = entrySchema({ ...ModelServiceRefInventory.properties, uuid }, [
  'modelUuid',
  'modelServiceUuid',
]);
const tag = ({ properties }: { properties: Fields }) => {
  const { type, inherent, ...fields } = properties;
  return entrySchema({ ...fields, uuid, ...times }, ['resourceUuid', 'resourceType', 'tag']);
};

/** A seed: the resources of a server, named as in the API. */
export const Seed = entrySchema({
  about: text('What the seed is, for its readers.'),
  modelCenters: listOf(
    'Centers.',
    resourceSchema(ModelCenterInventory, AddModelCenterParams, privateFields),
  ),
  models: listOf(
    'Models.',
    resourceSchema(ModelInventory, AddModelParams, {
      ...privateFields,
      recommendedGpuNum: listOf('Recommended numbers of GPUs.', integer('A number.', { min: 0 })),
      shareMode: AddModelParams.properties.shareMode,
      modelClassifications: listOf('Classifications.', verbatim('A classification.')),
    }),
  ),
  modelServices: listOf(
    'Services, with their images.',
    resourceSchema(ModelServiceInventory, AddModelServiceParams, {
      ...privateFields,
      modelServiceImages: listOf('Images.', image),
    }),
  ),
  modelServiceRefs: listOf('Bindings of models to services.', ref),
  datasets: listOf(
    'Datasets.',
    resourceSchema(DatasetInventory, CreateDatasetParams, {
      tagUuids: privateFields.tagUuids,
      ...privateDatasetFields,
    }),
  ),
  modelServiceInstanceGroups: listOf(
    'Deployments, with their instances.',
    resourceSchema(
      Type.Omit(ModelServiceInstanceGroupInventory, [
        'datasetRefInventories',
        'status',
        'supportMetrics',
      ]),
      DeployModelServiceParams,
      {
        ...DeploymentParameters.properties,
        ...outcome,
        tagUuids: privateFields.tagUuids,
        datasetUuids: listOf('UUIDs of datasets.', uuidInList('a dataset')),
        modelServiceGroupUuids: listOf('UUIDs of groups.', uuidInList('a group')),
        instances: listOf('Instances.', instance),
      },
    ),
  ),
  userTags: listOf('User tags.', tag(UserTagInventory)),
  systemTags: listOf('System tags.', tag(SystemTagInventory)),
});

/**
 * Validates a seed and converts its times to milliseconds since the epoch.
 * It throws ApiError SYS.1007 with the path of the invalid member.
 */
export const parseSeed = compileStrictValidator<Record<string, unknown>>(Seed, 'the seed');
