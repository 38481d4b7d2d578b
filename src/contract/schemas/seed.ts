import type { TSchema } from '@sinclair/typebox';
import { invalidArgument } from '../errors.ts';
import { compileStrictValidator } from '../validation/validator.ts';
import { isColumn, queryableEntities, type ResourceKind } from './fields.ts';
import { ModelServiceImageInventory, ModelServiceRefInventory } from './model-service.ts';
import { ModelServiceInstanceInventory, OutcomeFields } from './model-service-instance-group.ts';
import { HiddenFields, isoTime, isUuid, UUID, uuidInList } from './resource.ts';
import { SystemTagInventory, UserTagInventory } from './tag.ts';
import { integer, listOf, Refine, Time, text, verbatim } from './types.ts';

type Fields = Record<string, TSchema>;

const uuid = text('UUID of the resource.', {
  [Refine]: (value: string, field: string) => {
    if (isUuid(value)) return value;
    throw invalidArgument(
      `field[${field}]: [${value}] is not a UUID(v4 recommended) with '-' stripped`,
    );
  },
});

function entrySchema(fields: Fields, required: readonly string[] = []): TSchema {
  return { type: 'object', properties: fields, required } as unknown as TSchema;
}

/** The fields of inventories and of what else is stored, each as a seed has it. */
function storedFields(...schemas: { properties: Fields }[]): Fields {
  const fields = schemas.flatMap(({ properties }) => Object.entries(properties));
  const stored = fields.filter(([name, schema]) => isColumn(name, schema));
  return {
    ...Object.fromEntries(
      stored.map(([name, schema]) => [
        name,
        schema[Time as never] ? isoTime(schema[Time as never]) : schema,
      ]),
    ),
    uuid,
  };
}

/** The entries of a kind of resource, without tokens, which are secret; with further fields. */
function entriesOf(description: string, kind: ResourceKind, further: Fields = {}): TSchema {
  const { inventory, hidden, params } = queryableEntities[kind];
  const { token, ...fields } = storedFields(inventory, hidden);
  const required: readonly string[] = params.required ?? [];
  return listOf(description, entrySchema({ ...fields, ...further }, ['uuid', ...required]));
}

const image = entrySchema(
  {
    ...storedFields(ModelServiceImageInventory),
    vmImageUuid: uuidInList('the VM image'),
    dockerImage: verbatim('Reference of the container image.', { max: 255 }),
  },
  ['cpuArchitecture'],
);
const { modelServiceGroupUuid, ...instanceFields } = storedFields(
  ModelServiceInstanceInventory,
  OutcomeFields,
);
const ref = entrySchema(storedFields(ModelServiceRefInventory), ['modelUuid', 'modelServiceUuid']);
const tag = (inventory: { properties: Fields }) => {
  const { type, inherent, ...fields } = storedFields(inventory);
  return entrySchema(fields, ['resourceUuid', 'resourceType', 'tag']);
};

/** A seed: the resources of a server, named as in the API. */
export const Seed = entrySchema({
  $schema: text('URL or path of the JSON Schema of seeds, for editors.'),
  about: text('Comment for readers of the seed; ignored.'),
  modelCenters: entriesOf('Model centers.', 'ModelCenter'),
  models: entriesOf('Models.', 'Model', {
    zoneUuid: HiddenFields.properties.zoneUuid,
    recommendedGpuNum: listOf('Recommended numbers of GPUs.', integer('A number.', { min: 0 })),
  }),
  modelServices: entriesOf('Model services with their images.', 'ModelService', {
    modelServiceImages: listOf('Images of the service, one per CPU architecture.', image),
  }),
  modelServiceRefs: listOf('Bindings of models to services.', ref),
  datasets: entriesOf('Datasets.', 'Dataset'),
  modelServiceInstanceGroups: entriesOf(
    'Deployments with their instances.',
    'ModelServiceInstanceGroup',
    {
      datasetUuids: listOf('UUIDs of datasets that the deployment uses.', uuidInList('a dataset')),
      modelServiceGroupUuids: listOf('UUIDs of deployments.', uuidInList('a deployment')),
      instances: listOf('Instances of the deployment.', entrySchema(instanceFields)),
    },
  ),
  userTags: listOf('User tags.', tag(UserTagInventory)),
  systemTags: listOf('System tags.', tag(SystemTagInventory)),
});

/**
 * Validates a seed and converts its times to milliseconds since the epoch.
 * It throws ApiError SYS.1007 with the path of the invalid member.
 */
export const parseSeed = compileStrictValidator<Record<string, unknown>>(Seed, 'the seed');

/**
 * A schema as JSON Schema, for editors and documents: objects have no other members, and UUIDs and times their forms.
 */
export function toJsonSchema(schema: TSchema): object {
  const text = JSON.stringify(schema, (key, value) => {
    if (key === '$id' || key === 'x-zstack-since') return undefined;
    if (value === uuid) return { ...uuid, pattern: UUID.source };
    return value?.type === 'object' && value.properties
      ? { ...value, additionalProperties: false }
      : value;
  });
  return JSON.parse(text);
}
