import { asc, count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ResourceType } from '../../contract/resource.ts';
import type { Page } from '../../domain/ports.ts';
import type { ModelFields, ModelServiceFields } from '../../domain/records.ts';
import {
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  resources,
  sessions,
  tags,
} from './tables.ts';

/** Bytes an image or ref takes in an answer, about. */
const PART_BYTES = 300;

/** Every statement of the store, prepared once: preparing costs more than running. */
export function compileStatements(db: BetterSQLite3Database) {
  const { position: _image, ...imageColumns } = getTableColumns(modelServiceImages);
  const { position: _ref, ...refColumns } = getTableColumns(modelServiceRefs);
  const { position: _tag, ...tagColumns } = getTableColumns(tags);
  const uuid = sql.placeholder('uuid');

  /** `column IN (a list of any length)`, as one prepared statement. */
  const among = (column: SQLiteColumn): SQL =>
    sql`${column} IN (SELECT value FROM json_each(${sql.placeholder('uuids')}))`;
  const list = (uuids: readonly string[]) => ({ uuids: JSON.stringify(uuids) });

  const imagesOfServices = db
    .select(imageColumns)
    .from(modelServiceImages)
    .where(among(modelServiceImages.modelServiceUuid))
    .orderBy(asc(modelServiceImages.position))
    .prepare();
  const refsWhere = (condition: SQL) =>
    db
      .select(refColumns)
      .from(modelServiceRefs)
      .where(condition)
      .orderBy(asc(modelServiceRefs.position))
      .prepare();
  const refsOfServices = refsWhere(among(modelServiceRefs.modelServiceUuid));
  const refsOfModels = refsWhere(among(modelServiceRefs.modelUuid));

  const page = { limit: sql.placeholder('limit'), offset: sql.placeholder('start') };
  const servicesByAge = db
    .select()
    .from(modelServices)
    .orderBy(asc(modelServices.createDate), asc(modelServices.uuid))
    .limit(page.limit)
    .offset(page.offset)
    .prepare();
  const modelsByAge = db
    .select()
    .from(models)
    .orderBy(asc(models.createDate), asc(models.uuid))
    .limit(page.limit)
    .offset(page.offset)
    .prepare();
  /** What a page would hold, found without reading its texts. */
  const pageSizes = (table: typeof modelServices | typeof models, parts: SQL[]) => {
    const texts = Object.values(getTableColumns(table))
      .filter((column) => column.getSQLType() === 'text')
      .map((column) => sql`coalesce(octet_length(${column}), 0)`);
    const rows = db
      .select({ bytes: sql<number>`${sql.join([...texts, ...parts], sql` + `)}`.as('bytes') })
      .from(table)
      .orderBy(asc(table.createDate), asc(table.uuid))
      .limit(page.limit)
      .offset(page.offset)
      .as('page');
    return db
      .select({ rows: count(), bytes: sql<number>`coalesce(sum(${rows.bytes}), 0)` })
      .from(rows)
      .prepare();
  };
  const partsOf = (owner: SQLiteColumn, uuidColumn: SQLiteColumn): SQL =>
    sql`${PART_BYTES} * (SELECT count(*) FROM ${owner.table} WHERE ${owner} = ${uuidColumn})`;
  const servicePageSize = pageSizes(modelServices, [
    partsOf(modelServiceImages.modelServiceUuid, modelServices.uuid),
    partsOf(modelServiceRefs.modelServiceUuid, modelServices.uuid),
  ]);
  const modelPageSize = pageSizes(models, [partsOf(modelServiceRefs.modelUuid, models.uuid)]);
  const serviceByUuid = db
    .select()
    .from(modelServices)
    .where(eq(modelServices.uuid, uuid))
    .prepare();
  const modelByUuid = db.select().from(models).where(eq(models.uuid, uuid)).prepare();
  const countServices = db.select({ total: count() }).from(modelServices).prepare();
  const countModels = db.select({ total: count() }).from(models).prepare();

  const findResources = db
    .select({ uuid: resources.uuid })
    .from(resources)
    .where(sql`${among(resources.uuid)} AND ${resources.type} = ${sql.placeholder('type')}`)
    .prepare();
  const findTags = db.select({ uuid: tags.uuid }).from(tags).where(among(tags.uuid)).prepare();
  const tagsOf = db
    .select(tagColumns)
    .from(tags)
    .where(eq(tags.resourceUuid, uuid))
    .orderBy(asc(tags.position))
    .prepare();
  const sessionByUuid = db.select().from(sessions).where(eq(sessions.uuid, uuid)).prepare();

  const updateService = db
    .update(modelServices)
    .set(placeholdersOf(modelServices, ['uuid']))
    .where(eq(modelServices.uuid, uuid))
    .prepare();
  const deleteImages = db
    .delete(modelServiceImages)
    .where(eq(modelServiceImages.modelServiceUuid, uuid))
    .prepare();
  const slideSession = db
    .update(sessions)
    .set({ expiredDate: sql`${sql.placeholder('expiredDate')}` })
    .where(eq(sessions.uuid, uuid))
    .prepare();

  const insertInto = (table: SQLiteTable) =>
    db.insert(table).values(placeholdersOf(table, ['position']) as never);
  const inserter = (table: SQLiteTable) => {
    const statement = insertInto(table).prepare();
    return (record: object): void => void statement.run(rowOf(table, record));
  };
  /** Inserts unless the columns named are taken together already; tells whether it did. */
  const onceInserter = (table: SQLiteTable, ...target: SQLiteColumn[]) => {
    const statement = insertInto(table).onConflictDoNothing({ target }).prepare();
    return (record: object): boolean => statement.run(rowOf(table, record)).changes === 1;
  };

  return {
    insertResourceOnce: onceInserter(resources, resources.uuid),
    insertService: inserter(modelServices),
    insertModel: inserter(models),
    insertImage: inserter(modelServiceImages),
    insertRefOnce: onceInserter(
      modelServiceRefs,
      modelServiceRefs.modelUuid,
      modelServiceRefs.modelServiceUuid,
    ),
    insertTagOnce: onceInserter(tags, tags.resourceUuid, tags.type, tags.tag),
    insertSession: inserter(sessions),
    updateService: (service: ModelServiceFields) =>
      void updateService.run(rowOf(modelServices, service)),
    deleteImages: (serviceUuid: string) => void deleteImages.run({ uuid: serviceUuid }),
    slideSession: (sessionUuid: string, expiredDate: number) =>
      void slideSession.run({ uuid: sessionUuid, expiredDate }),

    serviceByUuid: (serviceUuid: string): ModelServiceFields | undefined =>
      serviceByUuid.get({ uuid: serviceUuid }),
    modelByUuid: (modelUuid: string): ModelFields | undefined =>
      modelByUuid.get({ uuid: modelUuid }),
    sessionByUuid: (sessionUuid: string) => sessionByUuid.get({ uuid: sessionUuid }),
    servicesByAge: ({ limit, start }: Page) => servicesByAge.all({ limit, start }),
    modelsByAge: ({ limit, start }: Page) => modelsByAge.all({ limit, start }),
    servicePageSize: ({ limit, start }: Page) => servicePageSize.get({ limit, start }),
    modelPageSize: ({ limit, start }: Page) => modelPageSize.get({ limit, start }),
    imagesOfServices: (uuids: readonly string[]) => imagesOfServices.all(list(uuids)),
    refsOfServices: (uuids: readonly string[]) => refsOfServices.all(list(uuids)),
    refsOfModels: (uuids: readonly string[]) => refsOfModels.all(list(uuids)),
    findResourceUuids: (type: ResourceType, uuids: readonly string[]) =>
      findResources.all({ ...list(uuids), type }).map((found) => found.uuid),
    findTagUuids: (uuids: readonly string[]) =>
      findTags.all(list(uuids)).map((found) => found.uuid),
    tagsOf: (resourceUuid: string) => tagsOf.all({ uuid: resourceUuid }),
    countServices: () => countServices.get()?.total ?? 0,
    countModels: () => countModels.get()?.total ?? 0,
  };
}

/** A placeholder for every column but those named, so that a new column needs no word here. */
function placeholdersOf(table: SQLiteTable, except: readonly string[]) {
  return Object.fromEntries(
    Object.keys(getTableColumns(table))
      .filter((column) => !except.includes(column))
      .map((column) => [column, sql.placeholder(column)]),
  );
}

/** A record's values for those placeholders: what is absent is NULL. */
function rowOf(table: SQLiteTable, record: object): Record<string, unknown> {
  const values = record as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(getTableColumns(table)).map((column) => [column, values[column] ?? null]),
  );
}
