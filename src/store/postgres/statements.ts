import { getTableName, type Table } from 'drizzle-orm';
import type { Hook, Job, ModelServiceRef, Session } from '../../domain/records.ts';
import { columnFields } from '../fields.ts';
import { findExisting } from '../seed.ts';
import { DELETE_JOBS, insertRow, JOB_BYTES, updateRow } from '../statement.ts';
import { insertRows, MILLISECONDS, prepare, prepareQuery, toQuery } from './statement.ts';
import {
  caseFolded,
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

const isIn = (column: string) => `${column} = ANY(:uuids::text[])`;
const BY_UUID = isIn('uuid');
const IS_REF = 'model_uuid = :modelUuid AND model_service_uuid = :modelServiceUuid';
const IS_VALID = 'uuid = :uuid AND expired_date > :now';
/** The expiry of a claim made now. */
const CLAIM_END = `${MILLISECONDS} + :claimMs::bigint`;

const hookFields = columnFields(hooks).filter(({ name }) => !name.startsWith('claimed'));

const insertOf = (table: Table, suffix = '') => prepare(insertRow(table) + suffix, { table });
const insertAll = (table: Table, suffix = '') =>
  prepare(insertRows(table, 'rows') + suffix, { lists: { rows: table } });
const update = (table: Table, fields?: readonly string[]) =>
  prepare(updateRow(table, fields), { table });

const REFS_ONCE = ' ON CONFLICT (model_uuid, model_service_uuid) DO NOTHING';
/** Skips a tag whose resource has a tag of the same type and text. */
const TAGS_ONCE = ` WHERE NOT EXISTS (SELECT 1 FROM tags AS existing
  WHERE existing.resource_uuid = added.resource_uuid AND existing.type = added.type
    AND md5(existing.tag) = md5(added.tag))`;

/** Inserts a resource with its tags and other lists by one statement. */
function insertResource(type: string, table: Table, relations: Record<string, Table> = {}) {
  const lists: Record<string, Table> = { tags, ...relations };
  const inserts = [
    insertRow(resources, { uuid: ':uuid::text', type: `'${type}'` }),
    ...Object.entries(lists).map(
      ([list, each]) => insertRows(each, list) + (each === modelServiceRefs ? REFS_ONCE : ''),
    ),
  ];
  const steps = inserts.map((insert, index) => `step_${index} AS (${insert})`);
  return prepare(`WITH ${steps.join(', ')} ${insertRow(table)}`, { table, lists });
}

/** Locks rows in the order of their uuids, so that transactions that lock several rows don't deadlock. */
const lockRows = (table: Table, condition: string, strength: 'UPDATE' | 'KEY SHARE') =>
  prepare(
    `SELECT uuid FROM ${getTableName(table)} WHERE ${condition} ORDER BY uuid FOR ${strength}`,
  );

/** Every statement with a fixed text, except those that read resources. */
export const statements = {
  insertService: insertResource('ModelServiceVO', modelServices, {
    modelServiceImages,
    modelServiceRefs,
  }),
  insertModel: insertResource('ModelVO', models, { modelServiceRefs }),
  insertCenter: insertResource('ModelCenterVO', modelCenters),
  updateService: update(modelServices),
  updateModel: update(models),
  updateCenter: update(modelCenters),
  lockForUpdate: lockRows(resources, BY_UUID, 'UPDATE'),
  lockForKeyShare: lockRows(resources, BY_UUID, 'KEY SHARE'),
  lockResourcesForUpdate: lockRows(resources, `${BY_UUID} AND type = :type`, 'UPDATE'),
  lockResourcesForKeyShare: lockRows(resources, `${BY_UUID} AND type = :type`, 'KEY SHARE'),
  lockTagsForUpdate: lockRows(tags, BY_UUID, 'UPDATE'),
  lockTagsForKeyShare: lockRows(tags, BY_UUID, 'KEY SHARE'),
  deleteResources: prepare(`DELETE FROM resources WHERE ${BY_UUID} AND type = :type`),
  modelsOfCenter: prepare(
    `SELECT uuid FROM models WHERE ${toQuery(caseFolded(models.modelCenterUuid)).text} = :uuid`,
  ),

  /** Inserts lists of rows. */
  insertAll: {
    resources: insertAll(resources),
    modelCenters: insertAll(modelCenters),
    models: insertAll(models),
    modelServices: insertAll(modelServices),
    modelServiceImages: insertAll(modelServiceImages),
    modelServiceRefs: insertAll(modelServiceRefs, REFS_ONCE),
    tags: insertAll(tags, TAGS_ONCE),
  },
  existing: prepare(findExisting(isIn)),
  /** One statement, so that a concurrent write and its job are either both deleted or both not; rows cascade. */
  deleteAll: prepare('WITH gone AS (DELETE FROM jobs) DELETE FROM resources'),

  deleteImages: prepare('DELETE FROM model_service_images WHERE model_service_uuid = :uuid'),
  deleteRef: prepare(`DELETE FROM model_service_refs WHERE ${IS_REF}`),
  unmarkDefaultRef: prepare(
    'UPDATE model_service_refs SET is_default = false WHERE model_uuid = :uuid AND is_default',
  ),
  markDefaultRef: prepare(`UPDATE model_service_refs SET is_default = true WHERE ${IS_REF}`),
  allRefs: prepareQuery<ModelServiceRef>(
    columnFields(modelServiceRefs),
    'SELECT * FROM model_service_refs ORDER BY position, uuid',
  ),

  /** Finds another tag of the resource with this type and text. */
  sameTag: prepare(
    `SELECT 1 FROM tags WHERE resource_uuid = :resourceUuid AND type = :type
      AND md5(tag) = md5(:tag::text) AND uuid <> :uuid`,
  ),
  updateTag: update(tags, ['tag', 'lastOpDate']),
  deleteTag: prepare('DELETE FROM tags WHERE uuid = :uuid'),

  insertSession: insertOf(sessions),
  sessionByUuid: prepareQuery<Session>(
    columnFields(sessions),
    `SELECT * FROM sessions WHERE ${IS_VALID}`,
  ),
  moveExpiry: prepareQuery<Session>(
    columnFields(sessions),
    `UPDATE sessions SET expired_date = :expiredDate WHERE ${IS_VALID} RETURNING *`,
  ),
  /** Does nothing if the session expires later already. */
  extendExpiry: prepare(
    `UPDATE sessions SET expired_date = :expiredDate WHERE ${IS_VALID} AND expired_date < :expiredDate`,
  ),
  deleteSession: prepare('DELETE FROM sessions WHERE uuid = :uuid'),
  deleteSessionsOf: prepare('DELETE FROM sessions WHERE account_uuid = :uuid'),
  deleteExpiredSessions: prepare('DELETE FROM sessions WHERE expired_date <= :now'),
  passwordOf: prepare('SELECT hash FROM passwords WHERE account_uuid = :uuid'),
  setPassword: insertOf(
    passwords,
    ' ON CONFLICT (account_uuid) DO UPDATE SET hash = excluded.hash',
  ),

  /** Returns the size of the outcome; nothing if the uuid is in use. */
  insertJobOnce: insertOf(jobs, ` ON CONFLICT (uuid) DO NOTHING RETURNING ${JOB_BYTES}`),
  jobByUuid: prepareQuery<Job>(columnFields(jobs), 'SELECT * FROM jobs WHERE uuid = :uuid'),
  deleteJobs: prepare(DELETE_JOBS),
  sumOutcomes: prepare(`SELECT coalesce(sum(${JOB_BYTES}), 0) FROM jobs`),

  insertHook: prepare(insertRow(hooks, { claimedUntil: CLAIM_END }), { table: hooks }),
  /** Succeeds for the server that claimed the hook, or for any server once the claim has expired. */
  claimHook: prepareQuery<Hook>(
    hookFields,
    `UPDATE hooks SET claimed_by = :server, claimed_until = ${CLAIM_END} WHERE job_uuid = :uuid AND pending
      AND (claimed_by = :server OR claimed_until <= ${MILLISECONDS}) RETURNING *`,
  ),
  /** Renews the claims on hooks that this server calls already. */
  extendClaims: prepare(
    `UPDATE hooks SET claimed_until = ${CLAIM_END}
      WHERE job_uuid = ANY(:uuids::text[]) AND pending AND claimed_by = :server`,
  ),
  /** Claims hooks whose claim has expired. */
  claimHooks: prepareQuery<Hook>(
    hookFields,
    `UPDATE hooks SET claimed_by = :server, claimed_until = ${CLAIM_END}
      WHERE job_uuid IN (SELECT job_uuid FROM hooks WHERE pending AND claimed_until <= ${MILLISECONDS}
        ORDER BY claimed_until LIMIT :limit FOR UPDATE SKIP LOCKED)
      RETURNING *`,
  ),
  updateHook: prepare(
    `UPDATE hooks SET attempts = :attempts, pending = :pending, failure = :failure, claimed_until = ${CLAIM_END}
      WHERE job_uuid = :jobUuid AND claimed_by = :server`,
  ),
  hookByJob: prepareQuery<Hook>(hookFields, 'SELECT * FROM hooks WHERE job_uuid = :uuid'),
  pendingHooks: prepareQuery<Hook>(hookFields, 'SELECT * FROM hooks WHERE pending'),
  releaseHooks: prepare(
    'UPDATE hooks SET claimed_until = 0 WHERE pending AND claimed_by = :server',
  ),

  control: prepare('SELECT state FROM control'),
  lockControl: prepare('SELECT state FROM control FOR UPDATE'),
  insertControl: prepare(
    "INSERT INTO control (id, state) VALUES (1, '') ON CONFLICT (id) DO NOTHING",
  ),
  updateControl: prepare('UPDATE control SET state = :state'),
  /** Rewrites a row unchanged, to test whether writes work. */
  rewriteControl: prepare('UPDATE control SET state = state'),
};
