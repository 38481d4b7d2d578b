import type Database from 'better-sqlite3';
import { getTableName, type Table } from 'drizzle-orm';
import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { Hook, Job, ModelServiceRef, Session, Tag } from '../../domain/records.ts';
import { columnFields, compileRecordMapper } from '../fields.ts';
import {
  type BoundTables,
  columnNames,
  compileStatement,
  insertRow,
  updateRow,
} from '../statement.ts';
import {
  hooks,
  jobs,
  modelCenters,
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  passwords,
  resources,
  sessions,
  tags,
} from './tables.ts';

/** Whether a column is in a list of any length, which is bound as JSON. */
const inList = (column: string) => `${column} IN (SELECT value FROM json_each(:uuids))`;
const list = (uuids: readonly string[]) => ({ uuids: JSON.stringify(uuids) });

const IS_REF = 'model_uuid = :modelUuid AND model_service_uuid = :modelServiceUuid';
/** In an order in which no foreign key is violated. */
const EMPTIED = [
  'hooks',
  'jobs',
  'tags',
  'model_service_refs',
  'model_service_images',
  'model_services',
  'models',
  'model_centers',
  'resources',
];

/** Every statement of a fixed form but those that read records, prepared once. */
export function compileStatements(client: Database.Database) {
  const compile = (named: string, tables?: BoundTables) => {
    const { text, valuesOf } = compileStatement(named, () => '?', tables);
    return { statement: client.prepare<unknown[]>(text), valuesOf };
  };
  /** Runs a statement with a record's values; returns the number of rows that were changed. */
  const change = (named: string, tables?: BoundTables) => {
    const { statement, valuesOf } = compile(named, tables);
    return (record: object = {}): number => statement.run(valuesOf(record)).changes;
  };
  /** Reads the values of the first column. */
  const pluck = <Value>(named: string) => {
    const { statement, valuesOf } = compile(named);
    statement.pluck();
    return (record: object = {}) => statement.all(valuesOf(record)) as Value[];
  };
  /** Reads the records of a table. */
  const select = <Row>(table: Table, condition = '') => {
    const fields = columnFields(table);
    const columns = columnNames(table).filter(([field]) => field !== 'position');
    const { statement, valuesOf } = compile(
      `SELECT ${columns.map(([, name]) => name).join(', ')} FROM ${getTableName(table)} ${condition}`,
    );
    const toRecord = compileRecordMapper(fields) as (row: unknown[]) => Row;
    statement.raw();
    return {
      all: (record: object = {}) => (statement.all(valuesOf(record)) as unknown[][]).map(toRecord),
      first: (record: object): Row | undefined => {
        const row = statement.get(valuesOf(record)) as unknown[] | undefined;
        return row && toRecord(row);
      },
    };
  };
  const insert = (table: Table) => change(insertRow(table), { table });
  /** Inserts unless these columns have the same values in another row; returns whether it did. */
  const insertOnce = (table: Table, columns: string) => {
    const run = change(`${insertRow(table)} ON CONFLICT (${columns}) DO NOTHING`, { table });
    return (record: object): boolean => run(record) === 1;
  };
  const update = (table: Table, fields?: readonly string[]) =>
    change(updateRow(table, fields), { table });

  const deleteResources = change(`DELETE FROM resources WHERE ${inList('uuid')} AND type = :type`);
  const emptyTables = EMPTIED.map((name) => change(`DELETE FROM ${name}`));
  const findResources = pluck<string>(
    `SELECT uuid FROM resources WHERE ${inList('uuid')} AND type = :type`,
  );
  const countResources = pluck<number>('SELECT count(*) FROM resources');
  const modelsOfCenter = pluck<string>(
    'SELECT uuid FROM models WHERE model_center_uuid COLLATE NOCASE = :uuid',
  );
  const deleteImages = change('DELETE FROM model_service_images WHERE model_service_uuid = :uuid');
  const deleteRef = change(`DELETE FROM model_service_refs WHERE ${IS_REF}`);
  const unmarkDefaultRef = change(
    'UPDATE model_service_refs SET is_default = 0 WHERE model_uuid = :uuid AND is_default = 1',
  );
  const markDefaultRef = change(`UPDATE model_service_refs SET is_default = 1 WHERE ${IS_REF}`);
  const refsOfModels = select<ModelServiceRef>(
    modelServiceRefs,
    `WHERE ${inList('model_uuid')} ORDER BY position`,
  );
  const allRefs = select<ModelServiceRef>(modelServiceRefs, 'ORDER BY position');
  const findTags = pluck<string>(`SELECT uuid FROM tags WHERE ${inList('uuid')}`);
  const sameTag = pluck<number>(
    `SELECT 1 FROM tags
      WHERE resource_uuid = :resourceUuid AND type = :type AND tag = :tag AND uuid <> :uuid`,
  );
  const deleteTag = change('DELETE FROM tags WHERE uuid = :uuid');
  const sessionByUuid = select<Session>(sessions, 'WHERE uuid = :uuid');
  const deleteSession = change('DELETE FROM sessions WHERE uuid = :uuid');
  const deleteSessionsOf = change('DELETE FROM sessions WHERE account_uuid = :uuid');
  const deleteExpired = change('DELETE FROM sessions WHERE expired_date <= :now');
  const passwordOf = pluck<string>('SELECT hash FROM passwords WHERE account_uuid = :uuid');
  const setPassword = change(
    `${insertRow(passwords)} ON CONFLICT (account_uuid) DO UPDATE SET hash = excluded.hash`,
  );
  const jobByUuid = select<Job>(jobs, 'WHERE uuid = :uuid');
  const jobsBefore = compile(
    `SELECT uuid, octet_length(outcome) AS bytes FROM jobs WHERE create_date < :before
      AND NOT EXISTS (SELECT 1 FROM hooks WHERE job_uuid = jobs.uuid AND pending = 1) LIMIT :limit`,
  );
  const deleteJobs = change(`DELETE FROM jobs WHERE ${inList('uuid')}`);
  const hookByJob = select<Hook>(hooks, 'WHERE job_uuid = :uuid');
  const pendingHooks = select<Hook>(hooks, 'WHERE pending = 1');
  const updateHook = change(
    `UPDATE hooks SET attempts = :attempts, pending = :pending, failure = :failure
      WHERE job_uuid = :jobUuid`,
    { table: hooks },
  );
  const ping = pluck<number>('SELECT 1');

  return {
    insertResourceOnce: insertOnce(resources, 'uuid'),
    insertService: insert(modelServices),
    insertModel: insert(models),
    insertCenter: insert(modelCenters),
    insertImage: insert(modelServiceImages),
    insertRefOnce: insertOnce(modelServiceRefs, 'model_uuid, model_service_uuid'),
    insertTagOnce: insertOnce(tags, 'resource_uuid, type, tag'),
    insertSession: insert(sessions),
    insertJobOnce: insertOnce(jobs, 'uuid'),
    insertHook: insert(hooks),
    updateService: update(modelServices),
    updateModel: update(models),
    updateCenter: update(modelCenters),
    updateTag: update(tags, ['tag', 'lastOpDate']),
    updateSession: update(sessions, ['expiredDate']),
    updateHook: (hook: Hook) => void updateHook(hook),
    unmarkDefaultRef: (modelUuid: string) => void unmarkDefaultRef({ uuid: modelUuid }),
    markDefaultRef: (ref: ModelServiceRef) => void markDefaultRef(ref),
    setPassword: (accountUuid: string, hash: string) => void setPassword({ accountUuid, hash }),

    deleteResources: (type: ResourceType, uuids: readonly string[]) =>
      void deleteResources({ ...list(uuids), type }),
    /** But accounts and sessions; foreign keys must be off. */
    deleteEverything: () => {
      for (const empty of emptyTables) empty();
    },
    deleteImages: (serviceUuid: string) => void deleteImages({ uuid: serviceUuid }),
    deleteRef: (modelUuid: string, modelServiceUuid: string) =>
      void deleteRef({ modelUuid, modelServiceUuid }),
    deleteTag: (uuid: string) => void deleteTag({ uuid }),
    deleteSession: (uuid: string) => void deleteSession({ uuid }),
    deleteSessionsOf: (accountUuid: string) => void deleteSessionsOf({ uuid: accountUuid }),
    deleteExpiredSessions: (now: number) => void deleteExpired({ now }),
    deleteJobs: (uuids: readonly string[]) => void deleteJobs(list(uuids)),

    /** In the order of insertion. */
    allRefs: () => allRefs.all(),
    refsOfModels: (uuids: readonly string[]) => refsOfModels.all(list(uuids)),
    modelsOfCenter: (centerUuid: string) => modelsOfCenter({ uuid: centerUuid }),
    countResources: () => countResources()[0] ?? 0,
    findResourceUuids: (type: ResourceType, uuids: readonly string[]) =>
      findResources({ ...list(uuids), type }),
    findTagUuids: (uuids: readonly string[]) => findTags(list(uuids)),
    /** Whether the resource carries another tag of this type and text. */
    hasSameTag: (tag: Tag): boolean => sameTag(tag).length > 0,
    sessionByUuid: (uuid: string) => sessionByUuid.first({ uuid }),
    passwordOf: (accountUuid: string) => passwordOf({ uuid: accountUuid })[0],
    jobByUuid: (uuid: string) => jobByUuid.first({ uuid }),
    /** But for those whose hook is still to be called. */
    jobsBefore: (before: number, limit: number) =>
      jobsBefore.statement.all(jobsBefore.valuesOf({ before, limit })) as {
        uuid: string;
        bytes: number;
      }[],
    hookByJob: (jobUuid: string) => hookByJob.first({ uuid: jobUuid }),
    pendingHooks: () => pendingHooks.all(),
    ping: () => void ping(),
    /** Writes what is there already: a number in the file's header that nothing uses. */
    rewrite: () => void client.pragma('user_version = 0'),
  };
}

export type Statements = ReturnType<typeof compileStatements>;
