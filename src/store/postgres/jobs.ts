import type { Hook, Job, NewJob } from '../../domain/records.ts';
import { duplicateJob } from '../errors.ts';
import { firstWithin } from '../jobs.ts';
import type { Run } from './connections.ts';
import { statements } from './statements.ts';
import { jobs } from './tables.ts';

/**
 * How long the others leave a hook to the server that calls it, in milliseconds: longer than an attempt and
 * the pause after it.
 */
export const CLAIM_MS = 15_000;
/** Hooks that a server takes over at a time. */
const CLAIMED_MAX = 1000;

/** Undefined for one that is unknown, or was swept. */
export async function findJob(run: Run, uuid: string): Promise<Job | undefined> {
  const { rows } = await statements.jobByUuid(run, { uuid });
  if (!rows[0]) return undefined;
  const [, operation, createDate, success, outcome] = rows[0] as [
    ...[string, string, number, boolean, string],
  ];
  const read = jobs.outcome.mapFromDriverValue(outcome) as object;
  return { uuid, operation, createDate, success, outcome: read };
}

/** @throws ApiError SYS.1007 for a uuid in use */
export async function assertUnused(run: Run, job: NewJob): Promise<void> {
  const { count } = await statements.jobByUuid(run, job);
  if (count > 0) throw duplicateJob(job);
}

/** Keeps a job for as long as the transaction lasts; tells whether there was none of the uuid. */
export async function tryInsertJob(run: Run, job: NewJob): Promise<boolean> {
  const { count } = await statements.insertJobOnce(run, { ...job, success: false, outcome: {} });
  return count > 0;
}

/**
 * Keeps a job as ended, with the hook that this server is to call.
 * @throws ApiError SYS.1007 for a uuid in use
 */
export async function insertJob(
  run: Run,
  server: string,
  { hookUrl, ...job }: NewJob,
  success: boolean,
  outcome: object,
): Promise<void> {
  const { count } = await statements.insertJobOnce(run, { ...job, success, outcome });
  if (count === 0) throw duplicateJob(job);
  if (hookUrl === undefined) return;
  await statements.insertHook(run, {
    ...{ jobUuid: job.uuid, url: hookUrl, attempts: 0, pending: true, failure: null },
    ...{ claimedBy: server, claimMs: CLAIM_MS },
  });
}

/** Removes jobs that ended before, up to these bounds; returns how many. */
export async function sweepJobs(
  run: Run,
  before: number,
  limit: { jobs: number; bytes: number },
): Promise<number> {
  const { rows } = await statements.jobsBefore(run, { before, limit: limit.jobs });
  const ended = (rows as [string, number][]).map(([uuid, bytes]) => ({ uuid, bytes }));
  const swept = firstWithin(limit.bytes, ended);
  if (swept.length > 0) await statements.deleteJobs(run, { uuids: swept });
  return swept.length;
}

export async function findHook(run: Run, uuid: string): Promise<Hook | undefined> {
  const { rows } = await statements.hookByJob(run, { uuid });
  return rows[0] && hookOf(rows[0]);
}

/** Those that are still to be called. */
export async function pendingHooks(run: Run): Promise<Hook[]> {
  return (await statements.pendingHooks(run)).rows.map(hookOf);
}

/** A hook for an attempt to call it; undefined where it is not to be called, or not by this server. */
export async function claimHook(run: Run, server: string, uuid: string): Promise<Hook | undefined> {
  const { rows } = await statements.claimHook(run, { uuid, server, claimMs: CLAIM_MS });
  return rows[0] && hookOf(rows[0]);
}

/**
 * Hooks that no server calls, which this one is to call from now on.
 * @param called uuids of the jobs whose hooks it is going to call anyway
 */
export async function claimHooks(
  run: Run,
  server: string,
  called: readonly string[],
): Promise<Hook[]> {
  const claim = { server, claimMs: CLAIM_MS, limit: CLAIMED_MAX };
  if (called.length > 0) await statements.extendClaims(run, { ...claim, uuids: called });
  return (await statements.claimHooks(run, claim)).rows.map(hookOf);
}

function hookOf(row: unknown[]): Hook {
  const [jobUuid, url, attempts, pending, failure] = row as [
    ...[string, string, number, boolean, string | null],
  ];
  return { jobUuid, url, attempts, pending, failure };
}
