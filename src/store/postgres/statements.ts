import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { inBoundList } from './conditions.ts';
import { insertRow, insertRows, MILLISECONDS, prepare, updateRow } from './statement.ts';
import {
  caseFolded,
  control,
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

const bound = (name: string) => sql.placeholder(name);
const deleteWhere = (table: PgTable, column: PgColumn) =>
  prepare(sql`DELETE FROM ${table} WHERE ${column} = ${bound('uuid')}`);

const isRef = sql`${modelServiceRefs.modelUuid} = ${bound('modelUuid')}
  AND ${modelServiceRefs.modelServiceUuid} = ${bound('modelServiceUuid')}`;
const ONCE = sql` ON CONFLICT (model_uuid, model_service_uuid) DO NOTHING`;

/** A resource with its row and tags, by one statement; `parts` insert what else it brings. */
function insertResource(type: string, table: PgTable, parts: readonly SQL[] = []) {
  const own = { uuid: sql`${bound('uuid')}::text`, type: sql`${type}::text` };
  const others = [insertRow(resources, own), insertRows(tags, 'tags'), ...parts];
  const steps = others.map((insert, index) => sql`${sql.raw(`step_${index}`)} AS (${insert})`);
  return prepare(sql`WITH ${sql.join(steps, sql`, `)} ${insertRow(table)}`);
}

const allAmong = sql`SELECT ${resources.uuid} FROM ${resources} WHERE ${inBoundList(resources.uuid, 'uuids')}`;
const resourcesAmong = sql`${allAmong} AND ${resources.type} = ${bound('type')}`;

const isValid = sql`${sessions.uuid} = ${bound('uuid')} AND ${sessions.expiredDate} > ${bound('now')}`;
const sessionColumns = sql`account_uuid, user_uuid, create_date, expired_date`;

const hookColumns = sql`job_uuid, url, attempts, pending, failure`;
/** When a claim made now runs out. */
const claimEnd = sql`${MILLISECONDS} + ${bound('claimMs')}::bigint`;

const refColumns = sql`${modelServiceRefs.uuid}, ${modelServiceRefs.modelUuid}, ${modelServiceRefs.modelServiceUuid}, ${modelServiceRefs.isDefault}`;

/** Every statement of a fixed form but those that read records. */
export const statements = {
  insertService: insertResource('ModelServiceVO', modelServices, [
    insertRows(modelServiceImages, 'images'),
    sql`${insertRows(modelServiceRefs, 'refs')}${ONCE}`,
  ]),
  insertModel: insertResource('ModelVO', models, [
    sql`${insertRows(modelServiceRefs, 'refs')}${ONCE}`,
  ]),
  insertCenter: insertResource('ModelCenterVO', modelCenters),

  updateService: prepare(updateRow(modelServices)),
  updateModel: prepare(updateRow(models)),
  updateCenter: prepare(updateRow(modelCenters)),
  /** Of any type, in one order for all who lock several: so that nobody waits for whoever waits for him. */
  lockForUpdate: prepare(sql`${allAmong} ORDER BY ${resources.uuid} FOR UPDATE`),
  lockForKeyShare: prepare(sql`${allAmong} ORDER BY ${resources.uuid} FOR KEY SHARE`),
  /** Those of the type, locked so that they stay as they are until the transaction ends. */
  lockResourcesForUpdate: prepare(sql`${resourcesAmong} ORDER BY ${resources.uuid} FOR UPDATE`),
  /** Those of the type, locked so that they stay until the transaction ends. */
  lockResourcesForKeyShare: prepare(
    sql`${resourcesAmong} ORDER BY ${resources.uuid} FOR KEY SHARE`,
  ),
  lockTagsForKeyShare: prepare(
    sql`SELECT ${tags.uuid} FROM ${tags} WHERE ${inBoundList(tags.uuid, 'uuids')} ORDER BY ${tags.uuid} FOR KEY SHARE`,
  ),
  deleteResources: prepare(
    sql`DELETE FROM ${resources} WHERE ${inBoundList(resources.uuid, 'uuids')} AND ${resources.type} = ${bound('type')}`,
  ),
  modelsOfCenter: prepare(
    sql`SELECT ${models.uuid} FROM ${models} WHERE ${caseFolded(models.modelCenterUuid)} = ${bound('uuid')}`,
  ),

  insertImages: prepare(insertRows(modelServiceImages, 'images')),
  deleteImages: deleteWhere(modelServiceImages, modelServiceImages.modelServiceUuid),
  insertRefOnce: prepare(sql`${insertRows(modelServiceRefs, 'refs')}${ONCE}`),
  deleteRef: prepare(sql`DELETE FROM ${modelServiceRefs} WHERE ${isRef}`),
  unmarkDefaultRef: prepare(
    sql`UPDATE ${modelServiceRefs} SET is_default = false
      WHERE ${modelServiceRefs.modelUuid} = ${bound('uuid')} AND ${modelServiceRefs.isDefault}`,
  ),
  markDefaultRef: prepare(sql`UPDATE ${modelServiceRefs} SET is_default = true WHERE ${isRef}`),

  /** Unless the resource carries one of its type and text. */
  insertTagOnce: prepare(
    sql`${insertRows(tags, 'tags')} WHERE NOT EXISTS (SELECT 1 FROM ${tags} AS present
      WHERE present.resource_uuid = given.resource_uuid AND present.type = given.type
        AND md5(present.tag) = md5(given.tag))`,
  ),
  lockTag: prepare(sql`SELECT 1 FROM ${tags} WHERE ${tags.uuid} = ${bound('uuid')} FOR UPDATE`),
  /** Another of the resource's, of this type and text. */
  sameTag: prepare(
    sql`SELECT 1 FROM ${tags} WHERE ${tags.resourceUuid} = ${bound('resourceUuid')}
      AND ${tags.type} = ${bound('type')} AND md5(${tags.tag}) = md5(${bound('tag')}::text)
      AND ${tags.uuid} <> ${bound('uuid')}`,
  ),
  updateTag: prepare(updateRow(tags, ['tag', 'lastOpDate'])),
  deleteTag: deleteWhere(tags, tags.uuid),

  insertSession: prepare(insertRow(sessions)),
  deleteExpiredSessions: prepare(
    sql`DELETE FROM ${sessions} WHERE ${sessions.expiredDate} <= ${bound('now')}`,
  ),
  sessionByUuid: prepare(sql`SELECT ${sessionColumns} FROM ${sessions} WHERE ${isValid}`),
  moveExpiry: prepare(
    sql`UPDATE ${sessions} SET expired_date = ${bound('expiredDate')} WHERE ${isValid} RETURNING ${sessionColumns}`,
  ),
  /** Where it would expire earlier. */
  extendExpiry: prepare(
    sql`UPDATE ${sessions} SET expired_date = ${bound('expiredDate')} WHERE ${isValid}
      AND ${sessions.expiredDate} < ${bound('expiredDate')}`,
  ),
  deleteSession: deleteWhere(sessions, sessions.uuid),
  deleteSessionsOf: deleteWhere(sessions, sessions.accountUuid),
  passwordOf: prepare(
    sql`SELECT ${passwords.hash} FROM ${passwords} WHERE ${passwords.accountUuid} = ${bound('uuid')}`,
  ),
  setPassword: prepare(
    sql`${insertRow(passwords)} ON CONFLICT (account_uuid) DO UPDATE SET hash = excluded.hash`,
  ),

  insertJobOnce: prepare(sql`${insertRow(jobs)} ON CONFLICT (uuid) DO NOTHING`),
  jobByUuid: prepare(
    sql`SELECT ${jobs.uuid}, ${jobs.operation}, ${jobs.createDate}, ${jobs.success}, ${jobs.outcome}
      FROM ${jobs} WHERE ${jobs.uuid} = ${bound('uuid')}`,
  ),
  /** But for those whose hook is still to be called. */
  jobsBefore: prepare(
    sql`SELECT ${jobs.uuid}, octet_length(${jobs.outcome}) FROM ${jobs}
      WHERE ${jobs.createDate} < ${bound('before')} AND NOT EXISTS (
        SELECT 1 FROM ${hooks} WHERE ${hooks.jobUuid} = ${jobs.uuid} AND ${hooks.pending})
      LIMIT ${bound('limit')}`,
  ),
  deleteJobs: prepare(sql`DELETE FROM ${jobs} WHERE ${inBoundList(jobs.uuid, 'uuids')}`),

  insertHook: prepare(insertRow(hooks, { claimedUntil: claimEnd })),
  /** For whoever claimed it, or anybody once the claim has run out. */
  claimHook: prepare(
    sql`UPDATE ${hooks} SET claimed_by = ${bound('server')}, claimed_until = ${claimEnd}
      WHERE ${hooks.jobUuid} = ${bound('uuid')} AND ${hooks.pending}
        AND (${hooks.claimedBy} = ${bound('server')} OR ${hooks.claimedUntil} <= ${MILLISECONDS})
      RETURNING ${hookColumns}`,
  ),
  /** Those that this server is going to call. */
  extendClaims: prepare(
    sql`UPDATE ${hooks} SET claimed_until = ${claimEnd}
      WHERE ${inBoundList(hooks.jobUuid, 'uuids')} AND ${hooks.pending} AND ${hooks.claimedBy} = ${bound('server')}`,
  ),
  /** Those whose claim has run out. */
  claimHooks: prepare(
    sql`UPDATE ${hooks} SET claimed_by = ${bound('server')}, claimed_until = ${claimEnd}
      WHERE ${hooks.jobUuid} IN (SELECT free.job_uuid FROM ${hooks} AS free
        WHERE free.pending AND free.claimed_until <= ${MILLISECONDS}
        ORDER BY free.claimed_until LIMIT ${bound('limit')} FOR UPDATE SKIP LOCKED)
      RETURNING ${hookColumns}`,
  ),
  updateHook: prepare(
    sql`UPDATE ${hooks} SET attempts = ${bound('attempts')}, pending = ${bound('pending')}, failure = ${bound('failure')},
      claimed_until = ${claimEnd}
      WHERE ${hooks.jobUuid} = ${bound('jobUuid')} AND ${hooks.claimedBy} = ${bound('server')}`,
  ),
  hookByJob: prepare(
    sql`SELECT ${hookColumns} FROM ${hooks} WHERE ${hooks.jobUuid} = ${bound('uuid')}`,
  ),
  pendingHooks: prepare(sql`SELECT ${hookColumns} FROM ${hooks} WHERE ${hooks.pending}`),
  releaseHooks: prepare(
    sql`UPDATE ${hooks} SET claimed_until = 0 WHERE ${hooks.pending} AND ${hooks.claimedBy} = ${bound('server')}`,
  ),

  control: prepare(sql`SELECT ${control.state} FROM ${control}`),
  insertControl: prepare(
    sql`INSERT INTO ${control} (id, state) VALUES (1, '') ON CONFLICT (id) DO NOTHING`,
  ),
  lockControl: prepare(sql`SELECT ${control.state} FROM ${control} FOR UPDATE`),
  /** Writes what is there already. */
  rewriteControl: prepare(sql`UPDATE ${control} SET state = state`),
  updateControl: prepare(sql`UPDATE ${control} SET state = ${bound('state')}`),

  resourcesByUuid: prepare(
    sql`SELECT ${resources.uuid}, ${resources.type} FROM ${resources} WHERE ${inBoundList(resources.uuid, 'uuids')}`,
  ),
  imagesByUuid: prepare(
    sql`SELECT ${modelServiceImages.uuid} FROM ${modelServiceImages} WHERE ${inBoundList(modelServiceImages.uuid, 'uuids')}`,
  ),
  tagsByUuid: prepare(
    sql`SELECT ${tags.uuid} FROM ${tags} WHERE ${inBoundList(tags.uuid, 'uuids')}`,
  ),
  refsOfModels: prepare(
    sql`SELECT ${refColumns}
      FROM ${modelServiceRefs} WHERE ${inBoundList(modelServiceRefs.modelUuid, 'uuids')}`,
  ),
  refsByUuid: prepare(
    sql`SELECT ${modelServiceRefs.uuid} FROM ${modelServiceRefs} WHERE ${inBoundList(modelServiceRefs.uuid, 'uuids')}`,
  ),
  insertAllResources: prepare(insertRows(resources, 'rows')),
  insertAllCenters: prepare(insertRows(modelCenters, 'rows')),
  insertAllModels: prepare(insertRows(models, 'rows')),
  insertAllServices: prepare(insertRows(modelServices, 'rows')),
  allRefs: prepare(
    sql`SELECT ${refColumns}
      FROM ${modelServiceRefs} ORDER BY ${modelServiceRefs.position}, ${modelServiceRefs.uuid}`,
  ),
  /** With all that belongs to them. By one statement: of a write that ends meanwhile it sees all, with its job, or nothing. */
  deleteAll: prepare(sql`WITH gone AS (DELETE FROM ${jobs}) DELETE FROM ${resources}`),

  isReadOnly: prepare(sql`SHOW transaction_read_only`, false),
};
