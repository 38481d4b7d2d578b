import { type Column, sql } from 'drizzle-orm';
import {
  index,
  integer,
  type SQLiteColumnBuilderBase,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { sharedColumns } from '../columns.ts';

const flag = () => integer({ mode: 'boolean' }).notNull();
const json = () => text({ mode: 'json' }).notNull();

const columns = sharedColumns<SQLiteColumnBuilderBase>({
  text: () => text().notNull(),
  optionalText: () => text(),
  integer: (name) => (name ? integer(name) : integer()).notNull(),
  optionalInteger: () => integer(),
  flag,
  json,
});

/** A text for comparison, regardless of the case of ASCII letters. */
export const noCase = (column: Column) => sql`${column} COLLATE NOCASE`;

/** Every resource's uuid, unique across the kinds; deleting a row deletes everything that belongs to it. */
export const resources = sqliteTable('resources', {
  uuid: text().primaryKey(),
  type: text().notNull(),
});

const resourceUuid = () =>
  text()
    .primaryKey()
    .references(() => resources.uuid, { onDelete: 'cascade' });

export const modelServices = sqliteTable(
  'model_services',
  { uuid: resourceUuid(), ...columns.modelServices },
  (table) => [
    index('model_services_by_age').on(table.createDate, table.uuid),
    index('model_services_by_name').on(noCase(table.name), table.createDate, table.uuid),
    // Also has the columns that sort a page, and the size for a center's capacity.
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
    ...columns.models,
    modelClassifications: json().default([]),
  },
  (table) => [
    index('models_by_age').on(table.createDate, table.uuid),
    index('models_by_name').on(noCase(table.name), table.createDate, table.uuid),
    // Also has the columns that sort a page, and the size for a center's capacity.
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
  { uuid: resourceUuid(), ...columns.modelCenters },
  (table) => [index('model_centers_by_age').on(table.createDate, table.uuid)],
);

/** The order of insertion, which is the order of lists in responses. */
const position = () => integer().primaryKey();

export const modelServiceImages = sqliteTable(
  'model_service_images',
  {
    position: position(),
    uuid: text().notNull().unique(),
    modelServiceUuid: text()
      .notNull()
      .references(() => modelServices.uuid, { onDelete: 'cascade' }),
    ...columns.modelServiceImages,
  },
  (table) => [
    // Has every column of an image that is returned, so that reads need only the index.
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
  },
  (table) => [
    uniqueIndex('model_service_refs_once').on(table.modelUuid, table.modelServiceUuid),
    uniqueIndex('model_service_refs_one_default')
      .on(table.modelUuid)
      .where(sql`${table.isDefault} = 1`),
    // Has every column of a ref that is returned, as for images.
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
    ...columns.tags,
    inherent: flag().default(false),
  },
  (table) => [
    uniqueIndex('tags_once').on(table.resourceUuid, table.type, table.tag),
    index('tags_by_text').on(noCase(table.tag), table.resourceUuid),
    index('tags_by_age').on(table.createDate, table.uuid),
  ],
);

/** Hashes of passwords. */
export const passwords = sqliteTable('passwords', {
  accountUuid: text().primaryKey(),
  hash: text().notNull(),
});

export const sessions = sqliteTable(
  'sessions',
  { uuid: text().primaryKey(), ...columns.sessions },
  (table) => [index('sessions_by_expiry').on(table.expiredDate)],
);

export const jobs = sqliteTable('jobs', { uuid: text().primaryKey(), ...columns.jobs }, (table) => [
  index('jobs_by_age').on(table.createDate),
]);

export const hooks = sqliteTable(
  'hooks',
  {
    jobUuid: text()
      .primaryKey()
      .references(() => jobs.uuid, { onDelete: 'cascade' }),
    ...columns.hooks,
  },
  (table) => [index('hooks_pending').on(table.jobUuid).where(sql`${table.pending} = 1`)],
);
