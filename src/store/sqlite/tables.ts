import { type Column, sql } from 'drizzle-orm';
import {
  index,
  integer,
  type SQLiteColumnBuilderBase,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type {
  Hook,
  Job,
  ModelCenterFields,
  ModelFields,
  ModelServiceFields,
  ModelServiceImage,
  ModelServiceRef,
  Session,
  Tag,
} from '../../domain/records.ts';

/** A column for every kept field: a field without one doesn't compile. */
type ColumnsOf<Stored> = { [Field in keyof Required<Stored>]: SQLiteColumnBuilderBase };

const milliseconds = () => integer().notNull();
const flag = () => integer({ mode: 'boolean' }).notNull();
const json = <Value>() => text({ mode: 'json' }).$type<Value>().notNull();

/** A text as queries compare it: whatever the case of its ASCII letters. */
export const noCase = (column: Column) => sql`${column} COLLATE NOCASE`;

/** Every resource's uuid, unique across the kinds; what belongs to a resource goes with its row. */
export const resources = sqliteTable('resources', {
  uuid: text().primaryKey(),
  type: text().$type<Tag['resourceType']>().notNull(),
});

const resourceUuid = () =>
  text()
    .primaryKey()
    .references(() => resources.uuid, { onDelete: 'cascade' });

export const modelServices = sqliteTable(
  'model_services',
  {
    uuid: resourceUuid(),
    name: text().notNull(),
    description: text(),
    readme: text(),
    yaml: text().notNull(),
    requestCpu: integer().notNull(),
    requestMemory: integer().notNull(),
    modelCenterUuid: text().notNull(),
    zoneUuid: text(),
    type: text().$type<ModelServiceFields['type']>().notNull(),
    framework: text().notNull(),
    source: text().$type<ModelServiceFields['source']>().notNull(),
    size: integer().notNull(),
    system: flag(),
    hasNewVersion: flag(),
    gpuComputeCapability: text(),
    installPath: text().notNull(),
    pythonVersion: text(),
    condaVersion: text(),
    version: text(),
    startCommand: text().notNull(),
    containerCommand: text(),
    containerArgs: text(),
    supportDistributed: flag(),
    cpuArchitectures: json<ModelServiceFields['cpuArchitectures']>(),
    vendorToSpecUuidsMap: json<ModelServiceFields['vendorToSpecUuidsMap']>(),
    tagUuids: json<string[]>(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelServiceFields>,
  (table) => [
    index('model_services_by_age').on(table.createDate, table.uuid),
    index('model_services_by_name').on(noCase(table.name), table.createDate, table.uuid),
    // With what sorts a page and what a center's capacity adds up.
    index('model_services_by_center').on(
      noCase(table.modelCenterUuid),
      table.createDate,
      table.uuid,
      table.size,
    ),
  ],
);

export const models = sqliteTable(
  'models',
  {
    uuid: resourceUuid(),
    name: text().notNull(),
    description: text().notNull(),
    installPath: text().notNull(),
    parameters: text(),
    modelCenterUuid: text().notNull(),
    token: text(),
    logo: text(),
    vendor: text(),
    modelId: text().notNull(),
    introduction: text(),
    size: integer().notNull(),
    version: text(),
    type: text().notNull(),
    minGpuMemory: integer(),
    recommendedGpuMemory: integer(),
    recommendedGpuNum: json<number[]>(),
    gpuConstraintDescription: text(),
    versionSemver: text(),
    isLatestVersion: flag(),
    artifactChecksum: text(),
    artifactSizeBytes: integer(),
    architectureType: text(),
    frameworkVersion: text(),
    requiredAccelerator: text(),
    pipelineTag: text(),
    extraGpuMemRequest: integer().notNull(),
    SAMPLE_SIZE: integer('sample_size').notNull(),
    shareMode: text(),
    modelClassifications: json<string[]>().default([]),
    tagUuids: json<string[]>(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelFields>,
  (table) => [
    index('models_by_age').on(table.createDate, table.uuid),
    index('models_by_name').on(noCase(table.name), table.createDate, table.uuid),
    // With what sorts a page and what a center's capacity adds up.
    index('models_by_center').on(
      noCase(table.modelCenterUuid),
      table.createDate,
      table.uuid,
      table.size,
    ),
  ],
);

export const modelCenters = sqliteTable(
  'model_centers',
  {
    uuid: resourceUuid(),
    name: text().notNull(),
    description: text(),
    url: text().notNull(),
    status: text().notNull(),
    parameters: text(),
    managementIp: text().notNull(),
    managementPort: integer().notNull(),
    zoneUuid: text(),
    storageNetworkUuid: text(),
    serviceNetworkUuid: text(),
    containerRegistry: text(),
    containerStorageNetwork: text(),
    containerNetwork: text(),
    tagUuids: json<string[]>(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelCenterFields>,
  (table) => [index('model_centers_by_age').on(table.createDate, table.uuid)],
);

/** `position` keeps the order of insertion, in which lists are answered. */
const position = () => integer().primaryKey();

export const modelServiceImages = sqliteTable(
  'model_service_images',
  {
    position: position(),
    uuid: text().notNull().unique(),
    modelServiceUuid: text()
      .notNull()
      .references(() => modelServices.uuid, { onDelete: 'cascade' }),
    cpuArchitecture: text().$type<ModelServiceImage['cpuArchitecture']>().notNull(),
    vmImageUuid: text(),
    dockerImage: text(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelServiceImage & { position: number }>,
  (table) => [
    // With all that is told of an image: a service is read without going to the table.
    index('model_service_images_by_service').on(
      ...[table.modelServiceUuid, table.uuid, table.cpuArchitecture, table.vmImageUuid],
      ...[table.dockerImage, table.createDate, table.lastOpDate],
    ),
  ],
);

export const modelServiceRefs = sqliteTable(
  'model_service_refs',
  {
    position: position(),
    uuid: text().notNull().unique(),
    modelUuid: text()
      .notNull()
      .references(() => models.uuid, { onDelete: 'cascade' }),
    modelServiceUuid: text()
      .notNull()
      .references(() => modelServices.uuid, { onDelete: 'cascade' }),
    isDefault: flag(),
  } satisfies ColumnsOf<ModelServiceRef & { position: number }>,
  (table) => [
    uniqueIndex('model_service_refs_once').on(table.modelUuid, table.modelServiceUuid),
    uniqueIndex('model_service_refs_one_default')
      .on(table.modelUuid)
      .where(sql`${table.isDefault} = 1`),
    // With all that is told of a ref, as for images.
    index('model_service_refs_by_service').on(
      ...[table.modelServiceUuid, table.uuid, table.modelUuid, table.isDefault],
    ),
  ],
);

export const tags = sqliteTable(
  'tags',
  {
    position: position(),
    uuid: text().notNull().unique(),
    resourceUuid: text()
      .notNull()
      .references(() => resources.uuid, { onDelete: 'cascade' }),
    resourceType: text().$type<Tag['resourceType']>().notNull(),
    tag: text().notNull(),
    type: text().$type<Tag['type']>().notNull(),
    inherent: flag().default(false),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<Tag & { position: number }>,
  (table) => [
    uniqueIndex('tags_once').on(table.resourceUuid, table.type, table.tag),
    index('tags_by_text').on(noCase(table.tag), table.resourceUuid),
    index('tags_by_age').on(table.createDate, table.uuid),
  ],
);

/** Passwords, as the hashes that are kept of them. */
export const passwords = sqliteTable('passwords', {
  accountUuid: text().primaryKey(),
  hash: text().notNull(),
});

export const sessions = sqliteTable(
  'sessions',
  {
    uuid: text().primaryKey(),
    accountUuid: text().notNull(),
    userUuid: text().notNull(),
    createDate: milliseconds(),
    expiredDate: milliseconds(),
  } satisfies ColumnsOf<Session>,
  (table) => [index('sessions_by_expiry').on(table.expiredDate)],
);

export const jobs = sqliteTable(
  'jobs',
  {
    uuid: text().primaryKey(),
    operation: text().notNull(),
    createDate: milliseconds(),
    success: flag(),
    outcome: json<object>(),
  } satisfies ColumnsOf<Job>,
  (table) => [index('jobs_by_age').on(table.createDate)],
);

export const hooks = sqliteTable(
  'hooks',
  {
    jobUuid: text()
      .primaryKey()
      .references(() => jobs.uuid, { onDelete: 'cascade' }),
    url: text().notNull(),
    attempts: integer().notNull(),
    pending: flag(),
    failure: text(),
  } satisfies ColumnsOf<Hook>,
  (table) => [index('hooks_pending').on(table.jobUuid).where(sql`${table.pending} = 1`)],
);
