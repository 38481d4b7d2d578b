import { type Column, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  type PgColumnBuilderBase,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
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

/** A column for every stored field: a field without one doesn't compile. */
type ColumnsOf<Stored> = { [Field in keyof Required<Stored>]: PgColumnBuilderBase };

/** A 64-bit integer, since the API's integers are Longs. */
const integer = (name = '') => bigint(name, { mode: 'number' });
const milliseconds = () => integer().notNull();
const flag = () => boolean().notNull();
/** JSON as text, which the database leaves as it is. */
const json = <Value>() =>
  customType<{ data: Value; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (stored) => JSON.parse(stored),
  })().notNull();

/**
 * A text as queries compare it: by code point (the migrations give each column such a collation), regardless of the
 * case of ASCII letters. What `lower` does to other letters depends on the collation.
 */
export const caseFolded = (column: Column) =>
  sql`translate(${column}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

/** Every resource's uuid, unique across the kinds. Deleting a row deletes all that belongs to the resource. */
export const resources = pgTable('resources', {
  uuid: text().primaryKey(),
  type: text().$type<Tag['resourceType']>().notNull(),
});

const resourceUuid = () =>
  text()
    .primaryKey()
    .references(() => resources.uuid, { onDelete: 'cascade' });

export const modelServices = pgTable(
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
    index('model_services_by_name').on(caseFolded(table.name), table.createDate, table.uuid),
    index('model_services_by_center').on(
      caseFolded(table.modelCenterUuid),
      table.createDate,
      table.uuid,
      table.size,
    ),
  ],
);

export const models = pgTable(
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
    modelClassifications: json<string[]>(),
    tagUuids: json<string[]>(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelFields>,
  (table) => [
    index('models_by_age').on(table.createDate, table.uuid),
    index('models_by_name').on(caseFolded(table.name), table.createDate, table.uuid),
    index('models_by_center').on(
      caseFolded(table.modelCenterUuid),
      table.createDate,
      table.uuid,
      table.size,
    ),
  ],
);

export const modelCenters = pgTable(
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

/** The order of insertion, in which lists are answered: the database's time in microseconds. */
const position = () => integer().notNull();

export const modelServiceImages = pgTable(
  'model_service_images',
  {
    position: position(),
    uuid: text().primaryKey(),
    modelServiceUuid: text()
      .notNull()
      .references(() => modelServices.uuid, { onDelete: 'cascade' }),
    cpuArchitecture: text().$type<ModelServiceImage['cpuArchitecture']>().notNull(),
    vmImageUuid: text(),
    dockerImage: text(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<ModelServiceImage & { position: number }>,
  (table) => [index('model_service_images_by_service').on(table.modelServiceUuid)],
);

export const modelServiceRefs = pgTable(
  'model_service_refs',
  {
    position: position(),
    uuid: text().primaryKey(),
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
      .where(sql`${table.isDefault}`),
    index('model_service_refs_by_service').on(table.modelServiceUuid),
  ],
);

export const tags = pgTable(
  'tags',
  {
    position: position(),
    uuid: text().primaryKey(),
    resourceUuid: text()
      .notNull()
      .references(() => resources.uuid, { onDelete: 'cascade' }),
    resourceType: text().$type<Tag['resourceType']>().notNull(),
    tag: text().notNull(),
    type: text().$type<Tag['type']>().notNull(),
    inherent: flag(),
    createDate: milliseconds(),
    lastOpDate: milliseconds(),
  } satisfies ColumnsOf<Tag & { position: number }>,
  (table) => [
    // A tag may be longer than what an index takes.
    uniqueIndex('tags_once').on(table.resourceUuid, table.type, sql`md5(${table.tag})`),
    index('tags_by_age').on(table.createDate, table.uuid),
  ],
);

/** Hashes of passwords. */
export const passwords = pgTable('passwords', {
  accountUuid: text().primaryKey(),
  hash: text().notNull(),
});

export const sessions = pgTable(
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

export const jobs = pgTable(
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

export const hooks = pgTable(
  'hooks',
  {
    jobUuid: text()
      .primaryKey()
      .references(() => jobs.uuid, { onDelete: 'cascade' }),
    url: text().notNull(),
    attempts: integer().notNull(),
    pending: flag(),
    failure: text(),
    /** The server that calls it, and until when the others leave it to that server, by the database's clock. */
    claimedBy: text().notNull(),
    claimedUntil: milliseconds(),
  } satisfies ColumnsOf<Hook & { claimedBy: string; claimedUntil: number }>,
  (table) => [index('hooks_pending').on(table.claimedUntil).where(sql`${table.pending}`)],
);

/** One row: what tests have set for all servers, or an empty text. */
export const control = pgTable('control', {
  id: integer().primaryKey(),
  state: text().notNull(),
});
