import type { Column, SQL, Table } from 'drizzle-orm';
import { queryableEntities, type ResourceKind, resourceKinds } from '../contract/schemas/fields.ts';
import { ModelServiceImageInventory } from '../contract/schemas/model-service.ts';
import {
  ModelServiceInstanceInventory,
  OutcomeFields,
} from '../contract/schemas/model-service-instance-group.ts';
import { SystemTagInventory } from '../contract/schemas/tag.ts';
import type { Hook, Job, Session } from '../domain/records.ts';
import type { Snapshot } from '../domain/store.ts';
import { type ColumnBuilders, inventoryColumns } from './columns.ts';

/** A column while it is declared. */
interface Builder {
  primaryKey: () => Builder;
  references: (column: () => Column, actions: { onDelete: 'cascade' | 'set null' }) => Builder;
}

interface Index {
  on: (...columns: (Column | SQL)[]) => Index;
  where: (condition: SQL) => Index;
}

/** A table with these columns, among others. */
export type Declared<Name extends string> = Table & Record<Name, Column>;

/** Makes the tables of a database. */
export interface TableBuilders extends ColumnBuilders<Builder> {
  table: <Name extends string>(
    name: string,
    columns: Record<Name, Builder>,
    indexes?: (table: Declared<Name>) => Index[],
  ) => Declared<Name>;
  index: (name: string) => Index;
  uniqueIndex: (name: string) => Index;
  /** A position, and the uuid of a row that has one. */
  position: () => Builder;
  orderedUuid: () => Builder;
  /** A column with a default value, where the database's oldest tables have it. */
  withDefault: (column: Builder, value: unknown) => Builder;
  /** A text for comparison, regardless of the case of ASCII letters. */
  caseFolded: (column: Column) => SQL;
  isTrue: (flag: Column) => SQL;
  /** The columns of an index on the first, with the others where reads then need only the index. */
  covering: (first: Column, ...others: Column[]) => Column[];
  /** A tag in an index. */
  tagKey: (tag: Column) => Column | SQL;
  /** Further indexes of tags. */
  tagIndexes: (table: Declared<'tag' | 'resourceUuid'>) => Index[];
  /** Further columns of hooks. */
  hookColumns: Record<string, Builder>;
  /** The column of the index of pending hooks. */
  hookKey: string;
}

/** The name of the table of a kind, which is also that of its list in a seed. */
export function tableNameOf<Kind extends ResourceKind>(kind: Kind) {
  return `${kind.charAt(0).toLowerCase()}${kind.slice(1)}s` as `${Uncapitalize<Kind>}s`;
}

/** The tables of resources, by their names; each comes after those that it refers to. */
export const RESOURCE_TABLES = [
  'resources',
  ...resourceKinds.map(tableNameOf),
  'modelServiceImages',
  'modelServiceRefs',
  'modelServiceInstances',
  'modelServiceGroupDatasetRefs',
  'modelServiceGroupRefs',
  'tags',
] as const;

/** The tables that are the same in both databases. */
export type StoredTables = ReturnType<typeof declareTables>;

/**
 * Declares the tables that are the same in both databases, each after those that it refers to. Those of resources get
 * their columns from the schemas.
 */
export function declareTables(make: TableBuilders) {
  const { table, index, uniqueIndex, text, integer, flag, caseFolded } = make;
  const { columnsOf, columnsOfKind } = inventoryColumns(make);
  const key = () => text().primaryKey();
  /** The keys of rows that lists have in the order of insertion. */
  const ordered = () => ({ position: make.position(), uuid: make.orderedUuid() });
  /** A foreign key; by default the row is deleted with the one that it refers to. */
  const refersTo = (
    column: Builder,
    { uuid }: { uuid: Column },
    onDelete: 'cascade' | 'set null' = 'cascade',
  ) => column.references(() => uuid, { onDelete });

  /** Every resource's uuid, unique across the kinds. Deleting a row deletes all that belongs to the resource. */
  const resources = table('resources', { uuid: key(), type: text() });

  const byAge = (name: string, { createDate, uuid }: Declared<'createDate' | 'uuid'>) =>
    index(`${name}_by_age`).on(createDate, uuid);
  type Listed = 'createDate' | 'name' | 'modelCenterUuid' | 'size';
  /** A table of resources that belong to a center. */
  const ofCenter = <Name extends string>(name: string, columns: Record<Name | Listed, Builder>) =>
    table(name, { uuid: refersTo(key(), resources), ...columns }, (t) => [
      byAge(name, t),
      index(`${name}_by_name`).on(caseFolded(t.name), t.createDate, t.uuid),
      // Also has the columns that sort a page, and the size for a center's capacity.
      index(`${name}_by_center`).on(caseFolded(t.modelCenterUuid), t.createDate, t.uuid, t.size),
    ]);
  const modelServices = ofCenter('model_services', columnsOfKind(queryableEntities.ModelService));
  const modelColumns = columnsOfKind(queryableEntities.Model);
  const models = ofCenter('models', {
    ...modelColumns,
    SAMPLE_SIZE: integer('sample_size'),
    modelClassifications: make.withDefault(modelColumns.modelClassifications, []),
  });
  const datasets = ofCenter('datasets', columnsOfKind(queryableEntities.Dataset));
  const modelServiceInstanceGroups = table(
    'model_service_instance_groups',
    {
      uuid: refersTo(key(), resources),
      modelServiceUuid: refersTo(make.optionalText(), modelServices, 'set null'),
      modelUuid: refersTo(make.optionalText(), models, 'set null'),
      ...columnsOfKind(queryableEntities.ModelServiceInstanceGroup),
    },
    (t) => [
      byAge('model_service_instance_groups', t),
      index('model_service_instance_groups_by_service').on(
        t.modelServiceUuid,
        t.createDate,
        t.uuid,
      ),
      index('model_service_instance_groups_by_model').on(t.modelUuid),
    ],
  );
  /** What groups use, in the column of that name. */
  const usedByGroups = <Used extends string>(name: string, field: Used, used: { uuid: Column }) =>
    table(
      name,
      {
        ...ordered(),
        modelServiceInstanceGroupUuid: refersTo(text(), modelServiceInstanceGroups),
        [field]: refersTo(text(), used),
      } as Record<'position' | 'uuid' | 'modelServiceInstanceGroupUuid' | Used, Builder>,
      (t) => [
        index(`${name}_by_group`).on(t.modelServiceInstanceGroupUuid),
        index(`${name}_by_use`).on(t[field]),
      ],
    );
  const jobs = table(
    'jobs',
    {
      uuid: key(),
      operation: text(),
      createDate: integer(),
      success: flag(),
      outcome: make.json(),
    } satisfies Record<keyof Job, Builder>,
    (t) => [index('jobs_by_age').on(t.createDate)],
  );
  const hookColumns = {
    jobUuid: refersTo(key(), jobs),
    url: text(),
    attempts: integer(),
    pending: flag(),
    failure: make.optionalText(),
  } satisfies Record<keyof Hook, Builder>;
  const tagColumns = columnsOf(SystemTagInventory);
  return {
    resources,
    modelCenters: table(
      'model_centers',
      { uuid: refersTo(key(), resources), ...columnsOfKind(queryableEntities.ModelCenter) },
      (t) => [byAge('model_centers', t)],
    ),
    models,
    modelServices,
    datasets,
    modelServiceInstanceGroups,
    modelServiceImages: table(
      'model_service_images',
      {
        ...ordered(),
        modelServiceUuid: refersTo(text(), modelServices),
        ...columnsOf(ModelServiceImageInventory),
      },
      (t) => [
        index('model_service_images_by_service').on(
          ...make.covering(
            t.modelServiceUuid,
            t.uuid,
            t.cpuArchitecture,
            t.vmImageUuid,
            t.dockerImage,
            t.createDate,
            t.lastOpDate,
          ),
        ),
      ],
    ),
    modelServiceRefs: table(
      'model_service_refs',
      {
        ...ordered(),
        modelUuid: refersTo(text(), models),
        modelServiceUuid: refersTo(text(), modelServices),
        isDefault: flag(),
      },
      (t) => [
        uniqueIndex('model_service_refs_once').on(t.modelUuid, t.modelServiceUuid),
        uniqueIndex('model_service_refs_one_default')
          .on(t.modelUuid)
          .where(make.isTrue(t.isDefault)),
        index('model_service_refs_by_service').on(
          ...make.covering(t.modelServiceUuid, t.uuid, t.modelUuid, t.isDefault),
        ),
      ],
    ),
    modelServiceInstances: table(
      'model_service_instances',
      {
        ...ordered(),
        modelServiceGroupUuid: refersTo(text(), modelServiceInstanceGroups),
        ...columnsOf(ModelServiceInstanceInventory),
        ...columnsOf(OutcomeFields),
      },
      (t) => [index('model_service_instances_by_group').on(t.modelServiceGroupUuid)],
    ),
    modelServiceGroupDatasetRefs: usedByGroups(
      'model_service_group_dataset_refs',
      'datasetUuid',
      datasets,
    ),
    modelServiceGroupRefs: usedByGroups(
      'model_service_group_refs',
      'usedGroupUuid',
      modelServiceInstanceGroups,
    ),
    tags: table(
      'tags',
      {
        ...ordered(),
        resourceUuid: refersTo(text(), resources),
        ...tagColumns,
        inherent: make.withDefault(tagColumns.inherent, false),
      },
      (t) => [
        uniqueIndex('tags_once').on(t.resourceUuid, t.type, make.tagKey(t.tag)),
        byAge('tags', t),
        ...make.tagIndexes(t),
      ],
    ),
    /** Hashes of passwords. */
    passwords: table('passwords', { accountUuid: key(), hash: text() }),
    sessions: table(
      'sessions',
      {
        uuid: key(),
        accountUuid: text(),
        userUuid: text(),
        createDate: integer(),
        expiredDate: integer(),
      } satisfies Record<keyof Session, Builder>,
      (t) => [index('sessions_by_expiry').on(t.expiredDate)],
    ),
    jobs,
    hooks: table('hooks', { ...hookColumns, ...make.hookColumns }, (t) => [
      index('hooks_pending')
        .on((t as Record<string, Column>)[make.hookKey] as Column)
        .where(make.isTrue(t.pending)),
    ]),
    /** States of the resources that tests go back to. */
    snapshots: table('snapshots', {
      name: key(),
      createDate: integer(),
      bytes: integer(),
      state: text(),
    } satisfies Record<keyof Snapshot, Builder>),
  };
}
