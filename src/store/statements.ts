import { getTableName, sql, type Table } from 'drizzle-orm';
import { resourceKinds } from '../contract/schemas/fields.ts';
import {
  centerContents,
  type Hook,
  type Job,
  type ListedJob,
  type ModelServiceRef,
  type Session,
} from '../domain/records.ts';
import type { Snapshot } from '../domain/store.ts';
import type { Dialect } from './dialect.ts';
import { columnFields, mapNames } from './fields.ts';
import { insertRow, prepareQuery, updateRow } from './prepare.ts';
import { noSteps, type Steps } from './steps.ts';
import { RESOURCE_TABLES, tableNameOf } from './tables.ts';
import { mapEntities } from './where.ts';

/** Ends an INSERT so that it skips a ref whose model is bound to its service already. */
export const SKIP_BOUND_REFS = ' ON CONFLICT (model_uuid, model_service_uuid) DO NOTHING';
const IS_REF = 'model_uuid = :modelUuid AND model_service_uuid = :modelServiceUuid';
const IS_VALID = 'uuid = :uuid AND expired_date > :now';

/**
 * The query for what exists of a seed, as texts: of a resource its type and uuid, and of the rest what a seed may not
 * insert a second time; `isIn` tests whether a column is in a list of uuids.
 */
const findExisting = (isIn: (column: string) => string) => `
  SELECT type || ' ' || uuid FROM resources WHERE ${isIn('uuid')}
  UNION ALL SELECT 'modelServiceImages ' || uuid FROM model_service_images WHERE ${isIn('uuid')}
  UNION ALL SELECT 'ref ' || uuid FROM model_service_refs WHERE ${isIn('uuid')}
  UNION ALL SELECT 'pair ' || model_uuid || ' ' || model_service_uuid FROM model_service_refs WHERE ${isIn('model_uuid')}
  UNION ALL SELECT 'default ' || model_uuid FROM model_service_refs WHERE is_default = true AND ${isIn('model_uuid')}
  UNION ALL SELECT 'modelServiceInstances ' || uuid FROM model_service_instances WHERE ${isIn('uuid')}
  UNION ALL SELECT 'tag ' || uuid FROM tags WHERE ${isIn('uuid')}`;

/** Finds those of the resources `:uuids` that a group uses (F24); `isIn` tests whether a column is in that list. */
const findUsed = (isIn: (column: string) => string) => `
  SELECT model_uuid FROM model_service_instance_groups WHERE ${isIn('model_uuid')}
  UNION SELECT dataset_uuid FROM model_service_group_dataset_refs WHERE ${isIn('dataset_uuid')}
  UNION SELECT used_group_uuid FROM model_service_group_refs WHERE ${isIn('used_group_uuid')}`;

/** The size of a stored job, in bytes: its outcome, and about what its row and indexes take. */
const JOB_BYTES = '(octet_length(outcome) + 384)';

/**
 * Deletes the oldest jobs and returns their sizes: jobs created before `:before`, at most `:jobs` of
 * them and until they together reach `:bytes`; without a pending hook unless `:early` is 1.
 */
const DELETE_JOBS = `DELETE FROM jobs WHERE uuid IN (
  SELECT uuid FROM (
    SELECT uuid, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS bytes_before FROM (
      SELECT uuid, ${JOB_BYTES} AS bytes FROM jobs WHERE create_date < :before
        AND (:early = 1 OR NOT EXISTS (SELECT 1 FROM hooks WHERE job_uuid = jobs.uuid AND pending = true))
      ORDER BY create_date LIMIT :jobs
    ) AS ended
  ) AS summed WHERE bytes_before < :bytes
) RETURNING ${JOB_BYTES}`;

/** Prepares every statement with a fixed text that both databases have, except those that read resources. */
export function compileStatements(dialect: Dialect) {
  const { tables, prepare, isIn, lock } = dialect;
  const { resources, modelServiceRefs, tags, sessions, passwords, jobs, hooks, snapshots } = tables;
  const entityMappings = mapEntities(tables);
  const byUuid = isIn('uuid');
  const textOf = (sql: Parameters<Dialect['toQuery']>[0]) => dialect.toQuery(sql).text;

  const isPending = textOf(dialect.isTrue(hooks.pending));

  const insert = (table: Table, suffix = '') => prepare(insertRow(table) + suffix, { table });
  const update = (table: Table, fields?: readonly string[]) =>
    prepare(updateRow(table, fields), { table });
  const query = <Row>(table: Table, template: string) =>
    prepareQuery<Row>(dialect, columnFields(table), template);
  /** Finds rows and locks them, in the order of their uuids, so that transactions don't deadlock. */
  const findLocked = (table: Table, condition: string, strength: 'UPDATE' | 'KEY SHARE') => {
    const end = lock ? ` ORDER BY uuid${lock(strength)}` : '';
    return prepare(`SELECT uuid FROM ${getTableName(table)} WHERE ${condition}${end}`);
  };
  /** Locks rows, where transactions run at the same time. */
  const lockRows = (...args: Parameters<typeof findLocked>) => {
    if (!lock) return () => noSteps(undefined);
    const find = findLocked(...args);
    return function* (record: object): Steps<void> {
      yield find(record);
    };
  };

  // The outcome of a success may be a large resource.
  const outcome = sql`CASE WHEN ${dialect.isTrue(jobs.success)} THEN '{}' ELSE ${jobs.outcome} END`;
  const listedJobFields = [...columnFields(jobs), ...columnFields(hooks)]
    .filter(({ name }) => name !== 'jobUuid')
    .map((field) => (field.name === 'outcome' ? { ...field, sql: outcome } : field));

  return {
    insertResource: mapNames(resourceKinds, (kind) => {
      const { table, foreignKeys } = entityMappings[kind];
      const lists = Object.entries(foreignKeys).map(([name, key]) => [name, key.table]);
      return dialect.insertResource(`${kind}VO`, table, Object.fromEntries(lists));
    }),
    /** Inserts nothing if the uuid is in use. */
    claimUuid: prepare(
      "INSERT INTO resources (uuid, type) VALUES (:uuid, '') ON CONFLICT (uuid) DO NOTHING",
    ),
    updateResource: mapNames(resourceKinds, (kind) => update(entityMappings[kind].table)),
    usedByGroups: prepare(findUsed(isIn)),
    lockForUpdate: lockRows(resources, byUuid, 'UPDATE'),
    /** Locks a resource, and the models that a service is bound to. */
    lockToDerive: lockRows(
      resources,
      `uuid = ANY(ARRAY(SELECT model_uuid FROM model_service_refs WHERE model_service_uuid = :uuid) || :uuid::text)`,
      'KEY SHARE',
    ),
    resourcesForUpdate: findLocked(resources, `${byUuid} AND type = :type`, 'UPDATE'),
    resourcesForKeyShare: findLocked(resources, `${byUuid} AND type = :type`, 'KEY SHARE'),
    /** The same for a single uuid, without a list, which costs SQLite several times as much. */
    resourceForKeyShare: findLocked(resources, 'uuid = :uuid AND type = :type', 'KEY SHARE'),
    tagsForUpdate: lockRows(tags, byUuid, 'UPDATE'),
    tagsForKeyShare: findLocked(tags, byUuid, 'KEY SHARE'),
    deleteResources: prepare(`DELETE FROM resources WHERE ${byUuid}`),
    /** Finds what goes with a center: its name in sentences, and its uuid. */
    contentsOfCenter: prepare(
      centerContents
        .map(({ kind, name }) => {
          const table = tables[tableNameOf(kind)];
          const isInCenter = `${textOf(dialect.caseFolded(table.modelCenterUuid))} = :uuid`;
          return `SELECT '${name}', uuid FROM ${getTableName(table)} WHERE ${isInCenter}`;
        })
        .join(' UNION ALL '),
    ),

    /** Inserts lists of rows. */
    insertAll: mapNames(RESOURCE_TABLES, (name) => dialect.insertAll(tables[name])),
    existing: prepare(findExisting(isIn)),

    deleteImages: prepare('DELETE FROM model_service_images WHERE model_service_uuid = :uuid'),
    deleteRef: prepare(`DELETE FROM model_service_refs WHERE ${IS_REF}`),
    unmarkDefaultRef: prepare(
      'UPDATE model_service_refs SET is_default = false WHERE model_uuid = :uuid AND is_default',
    ),
    markDefaultRef: prepare(`UPDATE model_service_refs SET is_default = true WHERE ${IS_REF}`),
    allRefs: query<ModelServiceRef>(
      modelServiceRefs,
      'SELECT * FROM model_service_refs ORDER BY position, uuid',
    ),

    /** Finds another tag of the resource with this type and text. */
    sameTag: prepare(
      `SELECT uuid FROM tags WHERE resource_uuid = :resourceUuid AND type = :type
        AND ${dialect.isTag} AND uuid <> :uuid`,
    ),
    updateTag: update(tags, ['tag', 'lastOpDate']),
    deleteTag: prepare('DELETE FROM tags WHERE uuid = :uuid'),

    insertSession: insert(sessions),
    sessionByUuid: query<Session>(sessions, `SELECT * FROM sessions WHERE ${IS_VALID}`),
    setExpiry: query<Session>(
      sessions,
      `UPDATE sessions SET expired_date = :expiredDate WHERE ${IS_VALID} RETURNING *`,
    ),
    /** Does nothing if the session expires later already. */
    extendExpiry: prepare(
      `UPDATE sessions SET expired_date = :expiredDate WHERE ${IS_VALID} AND expired_date < :expiredDate`,
    ),
    deleteSession: prepare('DELETE FROM sessions WHERE uuid = :uuid'),
    deleteSessionsOf: prepare('DELETE FROM sessions WHERE account_uuid = :accountUuid'),
    deleteExpiredSessions: prepare('DELETE FROM sessions WHERE expired_date <= :now'),
    passwordOf: prepare('SELECT hash FROM passwords WHERE account_uuid = :accountUuid'),
    setPassword: insert(
      passwords,
      ' ON CONFLICT (account_uuid) DO UPDATE SET hash = excluded.hash',
    ),

    /** Returns the size of the outcome; nothing if the uuid is in use. */
    insertJobOnce: insert(jobs, ` ON CONFLICT (uuid) DO NOTHING RETURNING ${JOB_BYTES}`),
    jobByUuid: query<Job>(jobs, 'SELECT * FROM jobs WHERE uuid = :uuid'),
    listJobs: prepareQuery<ListedJob>(
      dialect,
      listedJobFields,
      'SELECT * FROM jobs LEFT JOIN hooks ON job_uuid = uuid ORDER BY create_date DESC, uuid LIMIT :limit',
    ),
    deleteJobs: prepare(DELETE_JOBS),
    sumJobBytes: prepare(`SELECT coalesce(sum(${JOB_BYTES}), 0) FROM jobs`),
    /** Counts the snapshots of other names, and sums their sizes. */
    sumSnapshots: prepare(
      'SELECT count(*), CAST(coalesce(sum(bytes), 0) AS bigint) FROM snapshots WHERE name <> :name',
    ),
    saveSnapshot: insert(
      snapshots,
      ` ON CONFLICT (name) DO UPDATE
        SET create_date = excluded.create_date, bytes = excluded.bytes, state = excluded.state`,
    ),
    snapshotByName: query<Snapshot>(snapshots, 'SELECT * FROM snapshots WHERE name = :name'),
    listSnapshots: prepareQuery<Omit<Snapshot, 'state'>>(
      dialect,
      columnFields(snapshots).filter(({ name }) => name !== 'state'),
      'SELECT * FROM snapshots ORDER BY name',
    ),
    deleteSnapshot: prepare('DELETE FROM snapshots WHERE name = :name'),
    hookByJob: query<Hook>(hooks, 'SELECT * FROM hooks WHERE job_uuid = :uuid'),
    pendingHooks: query<Hook>(hooks, `SELECT * FROM hooks WHERE ${isPending}`),
  };
}

export type Statements = ReturnType<typeof compileStatements>;
