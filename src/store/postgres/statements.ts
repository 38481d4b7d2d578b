import { toSnakeCase } from 'drizzle-orm/casing';
import type { Hook } from '../../domain/records.ts';
import { columnFields } from '../fields.ts';
import { insertRow, prepareQuery } from '../prepare.ts';
import { compileStatements } from '../statements.ts';
import { RESOURCE_TABLES } from '../tables.ts';
import { dialect } from './dialect.ts';

const { prepare, isIn, tables } = dialect;
const { hooks } = tables;

/** The database's time, in milliseconds. */
const MILLISECONDS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
/** The expiry of a claim made now. */
const CLAIM_END = `${MILLISECONDS} + :claimMs::bigint`;

/** The tables whose rows are in the order of their insertion; no other table refers to them. */
const ordered = RESOURCE_TABLES.filter((name) => 'position' in tables[name]).map(toSnakeCase);
const GIVEN = 'unnest(:resources.uuid::text[], :resources.type::text[]) AS given (uuid, type)';

const hookQuery = (template: string) => prepareQuery<Hook>(dialect, columnFields(hooks), template);

/** Every statement with a fixed text, except those that read resources. */
export const statements = {
  ...compileStatements(dialect),
  /** Waits for all writes to resources: the next statement then sees what they wrote, and their jobs. */
  lockResources: prepare('LOCK TABLE resources IN EXCLUSIVE MODE'),
  /**
   * Deletes all resources but those given, because each cascades by several queries, and the ordered rows of all. One
   * statement, so that a concurrent write and its job are either both deleted or both not.
   */
  deleteOthers: prepare(
    `WITH ${['jobs', ...ordered].map((table) => `deleted_${table} AS (DELETE FROM ${table})`).join(', ')}
      DELETE FROM resources WHERE NOT EXISTS (
        SELECT 1 FROM ${GIVEN} WHERE given.uuid = resources.uuid AND given.type = resources.type)`,
  ),
  insertAbsent: prepare(`INSERT INTO resources SELECT * FROM ${GIVEN} EXCEPT TABLE resources`),

  insertHook: prepare(insertRow(hooks, { claimedBy: ':server', claimedUntil: CLAIM_END }), {
    table: hooks,
  }),
  /** Succeeds for the server that claimed the hook, or for any server once the claim has expired. */
  claimHook: hookQuery(
    `UPDATE hooks SET claimed_by = :server, claimed_until = ${CLAIM_END} WHERE job_uuid = :uuid AND pending
      AND (claimed_by = :server OR claimed_until <= ${MILLISECONDS}) RETURNING *`,
  ),
  /** Renews the claims on hooks that this server calls already. */
  extendClaims: prepare(
    `UPDATE hooks SET claimed_until = ${CLAIM_END}
      WHERE ${isIn('job_uuid')} AND pending AND claimed_by = :server`,
  ),
  /** Claims hooks whose claim has expired. */
  claimHooks: hookQuery(
    `UPDATE hooks SET claimed_by = :server, claimed_until = ${CLAIM_END}
      WHERE job_uuid IN (SELECT job_uuid FROM hooks WHERE pending AND claimed_until <= ${MILLISECONDS}
        ORDER BY claimed_until LIMIT :limit FOR UPDATE SKIP LOCKED)
      RETURNING *`,
  ),
  updateHook: prepare(
    `UPDATE hooks SET attempts = :attempts, pending = :pending, failure = :failure, claimed_until = ${CLAIM_END}
      WHERE job_uuid = :jobUuid AND claimed_by = :server`,
  ),
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
