import {
  and,
  asc,
  count,
  eq,
  getTableColumns,
  isNull,
  lt,
  lte,
  ne,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ResourceType } from '../../contract/resource.ts';
import { LONG_MAX } from '../../contract/schema.ts';
import type { Hook, ModelServiceRef, Tag, UsedCapacity } from '../../domain/records.ts';
import { among, uuidOf } from './rows.ts';
import {
  hooks,
  jobs,
  modelCenters,
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  noCase,
  passwords,
  resources,
  sessions,
  tags,
} from './tables.ts';

/** Every statement of a fixed form but those of `rows.ts`, prepared once. */
export function compileStatements(db: BetterSQLite3Database) {
  const { position: _image, ...imageColumns } = getTableColumns(modelServiceImages);
  const { position: _ref, ...refColumns } = getTableColumns(modelServiceRefs);
  const [uuid, type, tag] = ['uuid', 'type', 'tag'].map((name) => sql.placeholder(name));
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
  const allRefs = refsWhere(sql`1`);

  /** As a floating-point sum, since an integer one fails beyond 64 bits; exact as far as a Long goes. */
  const sizesIn = (table: typeof models | typeof modelServices) =>
    sql<number>`(SELECT max(min(total(${table.size}), ${LONG_MAX}), ${-LONG_MAX}) FROM ${table}
      WHERE ${noCase(table.modelCenterUuid)} = ${uuidOf(modelCenters)})`;
  const capacities = db
    .select({
      uuid: modelCenters.uuid,
      modelUsedCapacity: sizesIn(models),
      modelServiceUsedCapacity: sizesIn(modelServices),
    })
    .from(modelCenters)
    .where(among(modelCenters.uuid))
    .prepare();
  const modelsOfCenter = db
    .select({ uuid: models.uuid })
    .from(models)
    .where(sql`${noCase(models.modelCenterUuid)} = ${uuid}`)
    .prepare();

  const findResources = db
    .select({ uuid: resources.uuid })
    .from(resources)
    .where(sql`${among(resources.uuid)} AND ${resources.type} = ${type}`)
    .prepare();
  const countResources = db.select({ count: count() }).from(resources).prepare();
  const findTags = db.select({ uuid: tags.uuid }).from(tags).where(among(tags.uuid)).prepare();
  const sameTag = db
    .select({ uuid: tags.uuid })
    .from(tags)
    .where(
      and(
        eq(tags.resourceUuid, sql.placeholder('resourceUuid')),
        eq(tags.type, sql`${type}`),
        eq(tags.tag, sql`${tag}`),
        ne(tags.uuid, sql`${uuid}`),
      ),
    )
    .prepare();
  const sessionByUuid = db
    .select()
    .from(sessions)
    .where(eq(sessions.uuid, sql`${uuid}`))
    .prepare();
  const ping = db.select({ one: sql`1` }).from(sql`(SELECT 1)`).prepare();
  const passwordOf = db
    .select({ hash: passwords.hash })
    .from(passwords)
    .where(eq(passwords.accountUuid, sql`${uuid}`))
    .prepare();

  /** Sets these columns of one row; all but `uuid` where none are named. */
  const updater = (
    table: SQLiteTable & { uuid: SQLiteColumn },
    columns = Object.keys(getTableColumns(table)).filter((name) => name !== 'uuid'),
  ) => {
    const statement = db
      .update(table)
      .set(placeholders(columns) as never)
      .where(eq(table.uuid, sql`${uuid}`))
      .prepare();
    const row = rowOf(table);
    return (record: { uuid: string } & object): void => void statement.run(row(record));
  };

  const emptyTables = [
    ...[hooks, jobs, tags, modelServiceRefs, modelServiceImages],
    ...[modelServices, models, modelCenters, resources],
  ].map((table) => db.delete(table).prepare());
  const deleteResources = db
    .delete(resources)
    .where(sql`${among(resources.uuid)} AND ${resources.type} = ${type}`)
    .prepare();
  const deleteWhere = (table: SQLiteTable, column: SQLiteColumn) => {
    const statement = db
      .delete(table)
      .where(eq(column, sql`${uuid}`))
      .prepare();
    return (value: string): void => void statement.run({ uuid: value });
  };
  const deleteRef = db
    .delete(modelServiceRefs)
    .where(
      and(
        eq(modelServiceRefs.modelUuid, sql.placeholder('modelUuid')),
        eq(modelServiceRefs.modelServiceUuid, sql.placeholder('modelServiceUuid')),
      ),
    )
    .prepare();
  const setDefault = (isDefault: boolean, condition: SQL) =>
    db.update(modelServiceRefs).set({ isDefault }).where(condition).prepare();
  const unmarkDefault = setDefault(
    false,
    sql`${modelServiceRefs.modelUuid} = ${uuid} AND ${modelServiceRefs.isDefault} = 1`,
  );
  const markDefault = setDefault(
    true,
    and(
      eq(modelServiceRefs.modelUuid, sql.placeholder('modelUuid')),
      eq(modelServiceRefs.modelServiceUuid, sql.placeholder('modelServiceUuid')),
    ) as SQL,
  );
  const deleteExpired = db
    .delete(sessions)
    .where(lte(sessions.expiredDate, sql.placeholder('now')))
    .prepare();
  /** But for those whose hook is still to be called. */
  const jobsBefore = db
    .select({ uuid: jobs.uuid, bytes: sql<number>`octet_length(${jobs.outcome})` })
    .from(jobs)
    .leftJoin(hooks, and(eq(hooks.jobUuid, jobs.uuid), eq(hooks.pending, true)))
    .where(and(lt(jobs.createDate, sql.placeholder('before')), isNull(hooks.jobUuid)))
    .limit(sql.placeholder('limit'))
    .prepare();
  const deleteJobs = db.delete(jobs).where(among(jobs.uuid)).prepare();
  const jobByUuid = db
    .select()
    .from(jobs)
    .where(eq(jobs.uuid, sql`${uuid}`))
    .prepare();
  const hookByJob = db
    .select()
    .from(hooks)
    .where(eq(hooks.jobUuid, sql`${uuid}`))
    .prepare();
  const pendingHooks = db.select().from(hooks).where(sql`${hooks.pending} = 1`).prepare();
  const updateHook = db
    .update(hooks)
    .set(placeholders(['attempts', 'pending', 'failure']) as never)
    .where(eq(hooks.jobUuid, sql.placeholder('jobUuid')))
    .prepare();
  const hookRow = rowOf(hooks);
  const setPassword = db
    .insert(passwords)
    .values(placeholders(['accountUuid', 'hash']) as never)
    .onConflictDoUpdate({ target: passwords.accountUuid, set: { hash: sql`excluded.hash` } })
    .prepare();

  const insertInto = (table: SQLiteTable) =>
    db
      .insert(table)
      .values(
        placeholders(
          Object.keys(getTableColumns(table)).filter((name) => name !== 'position'),
        ) as never,
      );
  const inserter = (table: SQLiteTable) => {
    const statement = insertInto(table).prepare();
    const row = rowOf(table);
    return (record: object): void => void statement.run(row(record));
  };
  /** Inserts unless the columns named are taken together already; tells whether it did. */
  const onceInserter = (table: SQLiteTable, ...target: SQLiteColumn[]) => {
    const statement = insertInto(table).onConflictDoNothing({ target }).prepare();
    const row = rowOf(table);
    return (record: object): boolean => statement.run(row(record)).changes === 1;
  };

  return {
    insertResourceOnce: onceInserter(resources, resources.uuid),
    insertService: inserter(modelServices),
    insertModel: inserter(models),
    insertCenter: inserter(modelCenters),
    insertImage: inserter(modelServiceImages),
    insertRefOnce: onceInserter(
      modelServiceRefs,
      modelServiceRefs.modelUuid,
      modelServiceRefs.modelServiceUuid,
    ),
    insertTagOnce: onceInserter(tags, tags.resourceUuid, tags.type, tags.tag),
    insertSession: inserter(sessions),
    insertJobOnce: onceInserter(jobs, jobs.uuid),
    insertHook: inserter(hooks),
    updateHook: (hook: Hook) => void updateHook.run(hookRow(hook)),
    jobsBefore: (before: number, limit: number) => jobsBefore.all({ before, limit }),
    deleteJobs: (uuids: readonly string[]) => void deleteJobs.run(list(uuids)),
    jobByUuid: (jobUuid: string) => jobByUuid.get({ uuid: jobUuid }),
    hookByJob: (jobUuid: string) => hookByJob.get({ uuid: jobUuid }),
    pendingHooks: () => pendingHooks.all(),
    updateService: updater(modelServices),
    updateModel: updater(models),
    updateCenter: updater(modelCenters),
    updateTag: updater(tags, ['tag', 'lastOpDate']),
    updateSession: updater(sessions, ['expiredDate']),
    unmarkDefaultRef: (modelUuid: string) => void unmarkDefault.run({ uuid: modelUuid }),
    markDefaultRef: ({ modelUuid, modelServiceUuid }: ModelServiceRef) =>
      void markDefault.run({ modelUuid, modelServiceUuid }),
    setPassword: (accountUuid: string, hash: string) => void setPassword.run({ accountUuid, hash }),

    deleteResources: (resourceType: ResourceType, uuids: readonly string[]) =>
      void deleteResources.run({ ...list(uuids), type: resourceType }),
    /** But accounts and sessions; their foreign keys are to be off. */
    deleteEverything: () => {
      for (const statement of emptyTables) statement.run();
    },
    deleteImages: deleteWhere(modelServiceImages, modelServiceImages.modelServiceUuid),
    deleteRef: (modelUuid: string, modelServiceUuid: string) =>
      void deleteRef.run({ modelUuid, modelServiceUuid }),
    deleteTag: deleteWhere(tags, tags.uuid),
    deleteSession: deleteWhere(sessions, sessions.uuid),
    deleteSessionsOf: deleteWhere(sessions, sessions.accountUuid),
    deleteExpiredSessions: (now: number) => void deleteExpired.run({ now }),

    imagesOfServices: (uuids: readonly string[]) => imagesOfServices.all(list(uuids)),
    refsOfServices: (uuids: readonly string[]) => refsOfServices.all(list(uuids)),
    /** In the order in which they were made. */
    allRefs: () => allRefs.all(),
    refsOfModels: (uuids: readonly string[]) => refsOfModels.all(list(uuids)),
    capacitiesOf: (uuids: readonly string[]): (UsedCapacity & { uuid: string })[] =>
      capacities.all(list(uuids)),
    modelsOfCenter: (centerUuid: string) =>
      modelsOfCenter.all({ uuid: centerUuid }).map((found) => found.uuid),
    countResources: () => countResources.get()?.count ?? 0,
    findResourceUuids: (resourceType: ResourceType, uuids: readonly string[]) =>
      findResources.all({ ...list(uuids), type: resourceType }).map((found) => found.uuid),
    findTagUuids: (uuids: readonly string[]) =>
      findTags.all(list(uuids)).map((found) => found.uuid),
    /** Whether the resource carries another tag of this type and text. */
    hasSameTag: ({ uuid, resourceUuid, type, tag }: Tag): boolean =>
      sameTag.get({ uuid, resourceUuid, type, tag }) !== undefined,
    sessionByUuid: (sessionUuid: string) => sessionByUuid.get({ uuid: sessionUuid }),
    ping: () => void ping.get(),
    passwordOf: (accountUuid: string) => passwordOf.get({ uuid: accountUuid })?.hash,
  };
}

export type Statements = ReturnType<typeof compileStatements>;

function placeholders(columns: readonly string[]) {
  return Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
}

/** Makes what gives a record's values for a table's placeholders: what is absent is NULL. */
function rowOf(table: SQLiteTable): (record: object) => Record<string, unknown> {
  const columns = Object.keys(getTableColumns(table));
  return (record) => {
    const values = record as Record<string, unknown>;
    const row: Record<string, unknown> = {};
    for (const column of columns) row[column] = values[column] ?? null;
    return row;
  };
}
