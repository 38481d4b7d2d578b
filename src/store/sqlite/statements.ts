import type Database from 'better-sqlite3';
import { getTableName, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import type { Hook, Job, ModelServiceRef, Session } from '../../domain/records.ts';
import { columnFields, compileRecordMapper } from '../fields.ts';
import { findExisting, RESOURCE_TABLES } from '../seed.ts';
import {
  type BoundTables,
  columnNames,
  compileStatement,
  DELETE_JOBS,
  insertRow,
  JOB_BYTES,
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

/** Tests whether a column is in a list of any length, which is bound as JSON. */
const inList = (column: string) => `${column} IN (SELECT value FROM json_each(:uuids))`;
/** The parameter of `inList`. */
export const listOf = (uuids: readonly string[]) => ({ uuids: JSON.stringify(uuids) });

const IS_REF = 'model_uuid = :modelUuid AND model_service_uuid = :modelServiceUuid';
/** The names of the tables of resources; each comes after those that it refers to. */
export const resourceTables = RESOURCE_TABLES.map(toSnakeCase);

/** Prepares every statement with a fixed text, except those that read resources. */
export function compileStatements(client: Database.Database) {
  const compile = (template: string, tables?: BoundTables) => {
    const { text, valuesOf } = compileStatement(template, () => '?', tables);
    return { statement: client.prepare<unknown[]>(text), valuesOf };
  };
  /** Prepares a statement that takes its values from a record and returns the number of changed rows. */
  const change = (template: string, tables?: BoundTables) => {
    const { statement, valuesOf } = compile(template, tables);
    return (record: object = {}): number => statement.run(valuesOf(record)).changes;
  };
  /** Prepares a statement that returns the values of the first column. */
  const pluck = <Value>(template: string, tables?: BoundTables) => {
    const { statement, valuesOf } = compile(template, tables);
    statement.pluck();
    return (record: object = {}) => statement.all(valuesOf(record)) as Value[];
  };
  /** Prepares a query that returns records of a table. */
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
  /** Prepares an insert that is skipped if another row has the same values in these columns. */
  const insertOnce = (table: Table, columns: string) => {
    const run = change(`${insertRow(table)} ON CONFLICT (${columns}) DO NOTHING`, { table });
    return (record: object): boolean => run(record) === 1;
  };
  const update = (table: Table, fields?: readonly string[]) =>
    change(updateRow(table, fields), { table });

  const emptyTables = ['hooks', 'jobs', ...resourceTables].map((name) =>
    change(`DELETE FROM ${name}`),
  );

  return {
    insert: {
      resources: insertOnce(resources, 'uuid'),
      modelCenters: insert(modelCenters),
      models: insert(models),
      modelServices: insert(modelServices),
      modelServiceImages: insert(modelServiceImages),
      modelServiceRefs: insertOnce(modelServiceRefs, 'model_uuid, model_service_uuid'),
      tags: insertOnce(tags, 'resource_uuid, type, tag'),
    },
    existing: pluck<string>(findExisting(inList)),
    updateService: update(modelServices),
    updateModel: update(models),
    updateCenter: update(modelCenters),
    deleteResources: change(`DELETE FROM resources WHERE ${inList('uuid')} AND type = :type`),
    /** Deletes all rows except accounts and sessions; foreign keys must be off. */
    deleteEverything: () => {
      for (const empty of emptyTables) empty();
    },
    resourcesByUuid: pluck<string>(
      `SELECT uuid FROM resources WHERE ${inList('uuid')} AND type = :type`,
    ),
    anyResource: pluck<string>('SELECT uuid FROM resources LIMIT 1'),
    modelsOfCenter: pluck<string>(
      'SELECT uuid FROM models WHERE model_center_uuid COLLATE NOCASE = :uuid',
    ),

    deleteImages: change('DELETE FROM model_service_images WHERE model_service_uuid = :uuid'),
    deleteRef: change(`DELETE FROM model_service_refs WHERE ${IS_REF}`),
    unmarkDefaultRef: change(
      'UPDATE model_service_refs SET is_default = 0 WHERE model_uuid = :uuid AND is_default = 1',
    ),
    markDefaultRef: change(`UPDATE model_service_refs SET is_default = 1 WHERE ${IS_REF}`),
    allRefs: select<ModelServiceRef>(modelServiceRefs, 'ORDER BY position').all,

    updateTag: update(tags, ['tag', 'lastOpDate']),
    deleteTag: change('DELETE FROM tags WHERE uuid = :uuid'),
    tagsByUuid: pluck<string>(`SELECT uuid FROM tags WHERE ${inList('uuid')}`),
    /** Finds another tag of the resource with this type and text. */
    sameTag: pluck<string>(
      `SELECT uuid FROM tags
        WHERE resource_uuid = :resourceUuid AND type = :type AND tag = :tag AND uuid <> :uuid`,
    ),

    insertSession: insert(sessions),
    sessionByUuid: select<Session>(sessions, 'WHERE uuid = :uuid AND expired_date > :now').first,
    updateSession: update(sessions, ['expiredDate']),
    deleteSession: change('DELETE FROM sessions WHERE uuid = :uuid'),
    deleteSessionsOf: change('DELETE FROM sessions WHERE account_uuid = :accountUuid'),
    deleteExpiredSessions: change('DELETE FROM sessions WHERE expired_date <= :now'),
    passwordOf: pluck<string>('SELECT hash FROM passwords WHERE account_uuid = :accountUuid'),
    setPassword: change(
      `${insertRow(passwords)} ON CONFLICT (account_uuid) DO UPDATE SET hash = excluded.hash`,
    ),

    /** Returns the size of the outcome. */
    insertJob: pluck<number>(`${insertRow(jobs)} RETURNING ${JOB_BYTES}`, { table: jobs }),
    jobByUuid: select<Job>(jobs, 'WHERE uuid = :uuid').first,
    deleteJobs: pluck<number>(DELETE_JOBS),
    sumOutcomes: pluck<number>(`SELECT coalesce(sum(${JOB_BYTES}), 0) FROM jobs`),
    insertHook: insert(hooks),
    hookByJob: select<Hook>(hooks, 'WHERE job_uuid = :uuid').first,
    pendingHooks: select<Hook>(hooks, 'WHERE pending = 1').all,
    updateHook: change(
      `UPDATE hooks SET attempts = :attempts, pending = :pending, failure = :failure
        WHERE job_uuid = :jobUuid`,
      { table: hooks },
    ),

    ping: pluck<number>('SELECT 1'),
    /** Rewrites an unused number in the file's header, to test whether writes work. */
    rewrite: () => void client.pragma('user_version = 0'),
  };
}

export type Statements = ReturnType<typeof compileStatements>;
