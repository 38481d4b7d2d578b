import type Database from 'better-sqlite3';
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
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { Hook, ModelServiceRef, Tag } from '../../domain/records.ts';
import { compileChange } from './binding.ts';
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

/** Every statement of a fixed form but those that read records, prepared once. */
export function compileStatements(client: Database.Database) {
  const db = drizzle(client, { casing: 'snake_case' });
  const change = (built: Parameters<typeof compileChange>[1]) => compileChange(client, built);
  const { position: _ref, ...refColumns } = getTableColumns(modelServiceRefs);
  const [uuid, type, tag] = ['uuid', 'type', 'tag'].map((name) => sql.placeholder(name));
  const list = (uuids: readonly string[]) => ({ uuids: JSON.stringify(uuids) });

  const refsWhere = (condition: SQL) =>
    db
      .select(refColumns)
      .from(modelServiceRefs)
      .where(condition)
      .orderBy(asc(modelServiceRefs.position))
      .prepare();
  const refsOfModels = refsWhere(inList(modelServiceRefs.modelUuid));
  const allRefs = refsWhere(sql`1`);

  const modelsOfCenter = db
    .select({ uuid: models.uuid })
    .from(models)
    .where(sql`${noCase(models.modelCenterUuid)} = ${uuid}`)
    .prepare();

  const findResources = db
    .select({ uuid: resources.uuid })
    .from(resources)
    .where(sql`${inList(resources.uuid)} AND ${resources.type} = ${type}`)
    .prepare();
  const countResources = db.select({ count: count() }).from(resources).prepare();
  const findTags = db.select({ uuid: tags.uuid }).from(tags).where(inList(tags.uuid)).prepare();
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
    const update = change(
      db
        .update(table)
        .set(placeholders(columns) as never)
        .where(eq(table.uuid, sql`${uuid}`)),
    );
    return (record: { uuid: string } & object): void => void update(record);
  };

  const emptyTables = [
    ...[hooks, jobs, tags, modelServiceRefs, modelServiceImages],
    ...[modelServices, models, modelCenters, resources],
  ].map((table) => change(db.delete(table)));
  const deleteResources = change(
    db.delete(resources).where(sql`${inList(resources.uuid)} AND ${resources.type} = ${type}`),
  );
  const deleteWhere = (table: SQLiteTable, column: SQLiteColumn) => {
    const remove = change(db.delete(table).where(eq(column, sql`${uuid}`)));
    return (value: string): void => void remove({ uuid: value });
  };
  const isRef = and(
    eq(modelServiceRefs.modelUuid, sql.placeholder('modelUuid')),
    eq(modelServiceRefs.modelServiceUuid, sql.placeholder('modelServiceUuid')),
  ) as SQL;
  const deleteRef = change(db.delete(modelServiceRefs).where(isRef));
  const setDefault = (isDefault: boolean, condition: SQL) =>
    change(db.update(modelServiceRefs).set({ isDefault }).where(condition));
  const unmarkDefault = setDefault(
    false,
    sql`${modelServiceRefs.modelUuid} = ${uuid} AND ${modelServiceRefs.isDefault} = 1`,
  );
  const markDefault = setDefault(true, isRef);
  const deleteExpired = change(
    db.delete(sessions).where(lte(sessions.expiredDate, sql.placeholder('now'))),
  );
  /** But for those whose hook is still to be called. */
  const jobsBefore = db
    .select({ uuid: jobs.uuid, bytes: sql<number>`octet_length(${jobs.outcome})` })
    .from(jobs)
    .leftJoin(hooks, and(eq(hooks.jobUuid, jobs.uuid), eq(hooks.pending, true)))
    .where(and(lt(jobs.createDate, sql.placeholder('before')), isNull(hooks.jobUuid)))
    .limit(sql.placeholder('limit'))
    .prepare();
  const deleteJobs = change(db.delete(jobs).where(inList(jobs.uuid)));
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
  const updateHook = change(
    db
      .update(hooks)
      .set(placeholders(['attempts', 'pending', 'failure']) as never)
      .where(eq(hooks.jobUuid, sql.placeholder('jobUuid'))),
  );
  const setPassword = change(
    db
      .insert(passwords)
      .values(placeholders(['accountUuid', 'hash']) as never)
      .onConflictDoUpdate({ target: passwords.accountUuid, set: { hash: sql`excluded.hash` } }),
  );

  const insertInto = (table: SQLiteTable) =>
    db
      .insert(table)
      .values(
        placeholders(
          Object.keys(getTableColumns(table)).filter((name) => name !== 'position'),
        ) as never,
      );
  const inserter = (table: SQLiteTable) => {
    const insert = change(insertInto(table));
    return (record: object): void => void insert(record);
  };
  /** Inserts unless the columns named are taken together already; tells whether it did. */
  const onceInserter = (table: SQLiteTable, ...target: SQLiteColumn[]) => {
    const insert = change(insertInto(table).onConflictDoNothing({ target }));
    return (record: object): boolean => insert(record) === 1;
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
    updateHook: (hook: Hook) => void updateHook(hook),
    jobsBefore: (before: number, limit: number) => jobsBefore.all({ before, limit }),
    deleteJobs: (uuids: readonly string[]) => void deleteJobs(list(uuids)),
    jobByUuid: (jobUuid: string) => jobByUuid.get({ uuid: jobUuid }),
    hookByJob: (jobUuid: string) => hookByJob.get({ uuid: jobUuid }),
    pendingHooks: () => pendingHooks.all(),
    updateService: updater(modelServices),
    updateModel: updater(models),
    updateCenter: updater(modelCenters),
    updateTag: updater(tags, ['tag', 'lastOpDate']),
    updateSession: updater(sessions, ['expiredDate']),
    unmarkDefaultRef: (modelUuid: string) => void unmarkDefault({ uuid: modelUuid }),
    markDefaultRef: ({ modelUuid, modelServiceUuid }: ModelServiceRef) =>
      void markDefault({ modelUuid, modelServiceUuid }),
    setPassword: (accountUuid: string, hash: string) => void setPassword({ accountUuid, hash }),

    deleteResources: (resourceType: ResourceType, uuids: readonly string[]) =>
      void deleteResources({ ...list(uuids), type: resourceType }),
    /** But accounts and sessions; their foreign keys are to be off. */
    deleteEverything: () => {
      for (const empty of emptyTables) empty({});
    },
    deleteImages: deleteWhere(modelServiceImages, modelServiceImages.modelServiceUuid),
    deleteRef: (modelUuid: string, modelServiceUuid: string) =>
      void deleteRef({ modelUuid, modelServiceUuid }),
    deleteTag: deleteWhere(tags, tags.uuid),
    deleteSession: deleteWhere(sessions, sessions.uuid),
    deleteSessionsOf: deleteWhere(sessions, sessions.accountUuid),
    deleteExpiredSessions: (now: number) => void deleteExpired({ now }),

    /** In the order in which they were made. */
    allRefs: () => allRefs.all(),
    refsOfModels: (uuids: readonly string[]) => refsOfModels.all(list(uuids)),
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
    /** Writes what is there already: a number in the file's header that nothing uses. */
    rewrite: () => void client.pragma('user_version = 0'),
    passwordOf: (accountUuid: string) => passwordOf.get({ uuid: accountUuid })?.hash,
  };
}

export type Statements = ReturnType<typeof compileStatements>;

/** `column IN (a list of any length)`, as one prepared statement; the list is bound as JSON. */
function inList(column: SQLiteColumn): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${sql.placeholder('uuids')}))`;
}

function placeholders(columns: readonly string[]) {
  return Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
}
