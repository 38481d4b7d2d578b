import { DatasetInventory } from '../contract/schemas/dataset.ts';
import { type FieldSchema, fieldType } from '../contract/schemas/fields.ts';
import { ModelInventory } from '../contract/schemas/model.ts';
import { ModelCenterInventory } from '../contract/schemas/model-center.ts';
import {
  ModelServiceImageInventory,
  ModelServiceInventory,
} from '../contract/schemas/model-service.ts';
import {
  DeploymentParameters,
  ModelServiceInstanceGroupInventory,
  OwnInstanceFields,
} from '../contract/schemas/model-service-instance-group.ts';
import { SystemTagInventory } from '../contract/schemas/tag.ts';
import { type FieldOptions, WhenReady } from '../contract/schemas/types.ts';
import type {
  ModelServiceInstance,
  ModelServiceInstanceGroupFields,
} from '../domain/deployment-records.ts';
import type {
  Dataset,
  Hook,
  Job,
  ModelCenterFields,
  ModelFields,
  ModelServiceFields,
  Session,
} from '../domain/records.ts';

/** A column for every stored field except keys, which each database declares; a missing column doesn't compile. */
type Columns<Stored, Key extends keyof Stored> = {
  [Field in Exclude<keyof Required<Stored>, Key>]: unknown;
};

/** Makes the columns of a database, NOT NULL unless they are optional. */
interface ColumnBuilders<Builder> {
  text: () => Builder;
  optionalText: () => Builder;
  /** A 64-bit integer; times are milliseconds since the epoch. */
  integer: (name?: string) => Builder;
  optionalInteger: () => Builder;
  flag: () => Builder;
  json: () => Builder;
}

/** The schema of an inventory. */
interface Inventory<Name extends string> {
  properties: Record<Name, FieldSchema>;
  /** The names of the fields that are always set. */
  required?: readonly string[];
}

/** Fields of inventories that the tables declare themselves, as keys, or that other tables store. */
const OTHER_FIELDS = [
  'uuid',
  'modelServiceUuid',
  'resourceUuid',
  'modelServiceRefs',
  'modelServiceImages',
  'capacity',
  'modelUuid',
  'instances',
  'modelServiceGroupUuid',
  'datasetRefInventories',
  'supportMetrics',
] as const;

/** The columns of each table that are the same in both databases: all but keys, positions and claims. */
export function sharedColumns<Builder>(make: ColumnBuilders<Builder>) {
  const { text, optionalText, integer, optionalInteger, flag, json } = make;

  function columnFor(schema: FieldSchema, isRequired: boolean): Builder {
    switch (fieldType(schema)) {
      case 'text':
        return isRequired ? text() : optionalText();
      case 'boolean':
        return flag();
      case undefined:
        return json();
      default:
        return isRequired ? integer() : optionalInteger();
    }
  }

  /** A column for every field of an inventory, by the same name. */
  function columnsOf<Name extends string>({ properties, required = [] }: Inventory<Name>) {
    const isStoredElsewhere = ([name, { [WhenReady]: whenReady }]: [string, FieldOptions]) =>
      OTHER_FIELDS.some((other) => other === name) || (whenReady?.column ?? name) !== name;
    const columns = Object.entries<FieldSchema>(properties)
      .filter((entry) => !isStoredElsewhere(entry))
      .map(([name, schema]) => [name, columnFor(schema, required.includes(name))]);
    return Object.fromEntries(columns) as {
      [Field in Exclude<Name, (typeof OTHER_FIELDS)[number]>]: Builder;
    };
  }

  const outcome = () => ({ outcome: text(), readyDate: integer() });

  return {
    modelServices: {
      ...columnsOf(ModelServiceInventory),
      zoneUuid: optionalText(),
      tagUuids: json(),
    } satisfies Columns<ModelServiceFields, 'uuid'>,
    models: {
      ...columnsOf(ModelInventory),
      SAMPLE_SIZE: integer('sample_size'),
      token: optionalText(),
      shareMode: optionalText(),
      modelClassifications: json(),
      tagUuids: json(),
    } satisfies Columns<ModelFields, 'uuid'>,
    modelCenters: {
      ...columnsOf(ModelCenterInventory),
      zoneUuid: optionalText(),
      tagUuids: json(),
    } satisfies Columns<ModelCenterFields, 'uuid'>,
    datasets: {
      ...columnsOf(DatasetInventory),
      token: optionalText(),
      usageScenarios: json(),
      dataType: optionalText(),
      tagUuids: json(),
    } satisfies Columns<Dataset, 'uuid'>,
    modelServiceInstanceGroups: {
      ...columnsOf(ModelServiceInstanceGroupInventory),
      ...columnsOf(DeploymentParameters),
      ...outcome(),
      tagUuids: json(),
    } satisfies Columns<ModelServiceInstanceGroupFields, 'uuid' | 'modelServiceUuid' | 'modelUuid'>,
    modelServiceInstances: {
      ...columnsOf(OwnInstanceFields),
      ...outcome(),
    } satisfies Columns<ModelServiceInstance, 'uuid' | 'modelServiceGroupUuid'>,
    modelServiceImages: columnsOf(ModelServiceImageInventory),
    tags: columnsOf(SystemTagInventory),
    sessions: {
      accountUuid: text(),
      userUuid: text(),
      createDate: integer(),
      expiredDate: integer(),
    } satisfies Columns<Session, 'uuid'>,
    jobs: {
      operation: text(),
      createDate: integer(),
      success: flag(),
      outcome: json(),
    } satisfies Columns<Job, 'uuid'>,
    hooks: {
      url: text(),
      attempts: integer(),
      pending: flag(),
      failure: optionalText(),
    } satisfies Columns<Hook, 'jobUuid'>,
  };
}
