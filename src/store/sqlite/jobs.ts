import type { NewJob } from '../../domain/records.ts';
import { duplicateJob } from '../errors.ts';
import { firstWithin } from '../jobs.ts';
import type { Statements } from './statements.ts';

/** @throws ApiError SYS.1007 for a uuid in use */
export function assertUnused(run: Statements, job: NewJob): void {
  if (run.jobByUuid(job.uuid)) throw duplicateJob(job);
}

/**
 * Keeps a job as ended, with the hook to call.
 * @throws ApiError SYS.1007 for a uuid in use
 */
export function insertJob(
  run: Statements,
  { hookUrl, ...job }: NewJob,
  success: boolean,
  outcome: object,
): void {
  if (!run.insertJobOnce({ ...job, success, outcome })) throw duplicateJob(job);
  if (hookUrl === undefined) return;
  run.insertHook({ jobUuid: job.uuid, url: hookUrl, attempts: 0, pending: true, failure: null });
}

/** Removes jobs that ended before, up to these bounds; returns how many. */
export function sweepJobs(
  run: Statements,
  before: number,
  limit: { jobs: number; bytes: number },
): number {
  const swept = firstWithin(limit.bytes, run.jobsBefore(before, limit.jobs));
  run.deleteJobs(swept);
  return swept.length;
}
