import type { NewJob } from '../../domain/records.ts';
import { duplicateJob } from '../errors.ts';
import { firstWithin } from '../jobs.ts';
import type { Run } from './connections.ts';
import { statements } from './statements.ts';

/**
 * How long the others leave a hook to the server that calls it, in milliseconds: longer than an attempt and
 * the pause after it.
 */
export const CLAIM_MS = 15_000;

/** @throws ApiError SYS.1007 for a uuid in use */
export async function assertUnused(run: Run, job: NewJob): Promise<void> {
  const [existing] = await statements.jobByUuid(run, job);
  if (existing) throw duplicateJob(job);
}

/** Inserts a job for as long as the transaction lasts; false if there is one of the uuid. */
export async function tryInsertJob(run: Run, job: NewJob): Promise<boolean> {
  const { count } = await statements.insertJobOnce(run, { ...job, success: false, outcome: {} });
  return count > 0;
}

/**
 * Inserts a job that has ended, with the hook that this server is to call.
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
    jobUuid: job.uuid,
    url: hookUrl,
    attempts: 0,
    pending: true,
    claimedBy: server,
    claimMs: CLAIM_MS,
  });
}

/**
 * Deletes jobs that ended before a time, in milliseconds, up to these limits.
 * @returns how many
 */
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
