import {
  type FieldSchema,
  fieldType,
  isColumn,
  queryableEntities,
  type ResourceKind,
} from '../contract/schemas/fields.ts';
import { ModelServiceImageInventory } from '../contract/schemas/model-service.ts';
import {
  ModelServiceInstanceInventory,
  OutcomeFields,
} from '../contract/schemas/model-service-instance-group.ts';
import { SystemTagInventory } from '../contract/schemas/tag.ts';
import type { Hook, Job, Session } from '../domain/records.ts';
import type { Snapshot } from '../domain/store.ts';

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

/** Fields of inventories that the tables declare themselves, as keys. */
const KEYS = [
  'uuid',
  'modelServiceUuid',
  'resourceUuid',
  'modelUuid',
  'modelServiceGroupUuid',
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

  /** A column for every stored field of an inventory, by the same name. */
  function columnsOf<Name extends string>({ properties, required = [] }: Inventory<Name>) {
    const columns = Object.entries<FieldSchema>(properties)
      .filter(([name, schema]) => isColumn(name, schema) && !KEYS.some((key) => key === name))
      .map(([name, schema]) => [name, columnFor(schema, required.includes(name))]);
    return Object.fromEntries(columns) as {
      [Field in Exclude<Name, (typeof KEYS)[number]>]: Builder;
    };
  }

  /** The columns of a kind's own fields: those of its inventory, and hidden ones. */
  function columnsOfKind<Kind extends ResourceKind>(kind: Kind) {
    const { inventory, hidden } = queryableEntities[kind];
    return {
      ...columnsOf<string>(inventory),
      ...columnsOf<string>(hidden),
    } as unknown as Record<
      Exclude<
        | keyof (typeof queryableEntities)[Kind]['inventory']['properties']
        | keyof (typeof queryableEntities)[Kind]['hidden']['properties'],
        (typeof KEYS)[number]
      >,
      Builder
    >;
  }

  return {
    modelServices: columnsOfKind('ModelService'),
    models: { ...columnsOfKind('Model'), SAMPLE_SIZE: integer('sample_size') },
    modelCenters: columnsOfKind('ModelCenter'),
    datasets: columnsOfKind('Dataset'),
    modelServiceInstanceGroups: columnsOfKind('ModelServiceInstanceGroup'),
    modelServiceInstances: {
      ...columnsOf(ModelServiceInstanceInventory),
      ...columnsOf(OutcomeFields),
    },
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
    snapshots: {
      createDate: integer(),
      bytes: integer(),
      state: text(),
    } satisfies Columns<Snapshot, 'name'>,
  };
}
