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
import { sharedColumns } from '../columns.ts';

/** A 64-bit integer, since the API's integers are Longs. */
const integer = (name = '') => bigint(name, { mode: 'number' });
const flag = () => boolean().notNull();
/** JSON as text, which the database doesn't reformat. */
const json = () =>
  customType<{ data: unknown; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (stored) => JSON.parse(stored),
  })().notNull();

const columns = sharedColumns<PgColumnBuilderBase>({
  text: () => text().notNull(),
  optionalText: () => text(),
  integer: (name) => integer(name).notNull(),
  optionalInteger: () => integer(),
  flag,
  json,
});

/**
 * A text for comparison by code point (the migrations give each column such a collation), regardless of the case of
 * ASCII letters. `lower` would convert other letters too, depending on the collation.
 */
export const caseFolded = (column: Column) =>
  sql`translate(${column}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

/** Every resource's uuid, unique across the kinds. Deleting a row deletes all that belongs to the resource. */
export const resources = pgTable('resources', {
  uuid: text().primaryKey(),
  type: text().notNull(),
});

const resourceUuid = () =>
  text()
    .primaryKey()
    .references(() => resources.uuid, { onDelete: 'cascade' });

export const modelServices = pgTable(
  'model_services',
  { uuid: resourceUuid(), ...columns.modelServices },
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

export const models = pgTable('models', { uuid: resourceUuid(), ...columns.models }, (table) => [
  index('models_by_age').on(table.createDate, table.uuid),
  index('models_by_name').on(caseFolded(table.name), table.createDate, table.uuid),
  index('models_by_center').on(
    caseFolded(table.modelCenterUuid),
    table.createDate,
    table.uuid,
    table.size,
  ),
]);

export const modelCenters = pgTable(
  'model_centers',
  { uuid: resourceUuid(), ...columns.modelCenters },
  (table) => [index('model_centers_by_age').on(table.createDate, table.uuid)],
);

/** The order of insertion, which is the order of lists in responses: the database's time in microseconds. */
const position = () => integer().notNull();

export const modelServiceImages = pgTable(
  'model_service_images',
  {
    position: position(),
    uuid: text().primaryKey(),
    modelServiceUuid: text()
      .notNull()
      .references(() => modelServices.uuid, { onDelete: 'cascade' }),
    ...columns.modelServiceImages,
  },
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
  },
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
    ...columns.tags,
  },
  (table) => [
    // A tag may be too long for an index entry.
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
  { uuid: text().primaryKey(), ...columns.sessions },
  (table) => [index('sessions_by_expiry').on(table.expiredDate)],
);

export const jobs = pgTable('jobs', { uuid: text().primaryKey(), ...columns.jobs }, (table) => [
  index('jobs_by_age').on(table.createDate),
]);

export const hooks = pgTable(
  'hooks',
  {
    jobUuid: text()
      .primaryKey()
      .references(() => jobs.uuid, { onDelete: 'cascade' }),
    ...columns.hooks,
    /** The server that has claimed the hook, and the expiry of its claim by the database's clock. */
    claimedBy: text().notNull(),
    claimedUntil: integer().notNull(),
  },
  (table) => [index('hooks_pending').on(table.claimedUntil).where(sql`${table.pending}`)],
);

/** One row: the settings of the control API, shared by all servers, or an empty text. */
export const control = pgTable('control', {
  id: integer().primaryKey(),
  state: text().notNull(),
});
