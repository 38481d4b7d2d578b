import { ApiError } from '../../contract/errors.ts';
import type { NewJob } from '../../domain/records.ts';
import type { Statements } from './statements.ts';

/** @throws ApiError SYS.1007 for a uuid in use */
export function requireUnused(run: Statements, { uuid }: NewJob): void {
  if (run.jobByUuid(uuid)) throw duplicateJob(uuid);
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
  if (!run.insertJobOnce({ ...job, success, outcome })) throw duplicateJob(job.uuid);
  if (hookUrl === undefined) return;
  run.insertHook({ jobUuid: job.uuid, url: hookUrl, attempts: 0, pending: true, failure: null });
}

/** Removes jobs that ended before, up to these bounds; returns how many. */
export function sweepJobs(
  run: Statements,
  before: number,
  limit: { jobs: number; bytes: number },
): number {
  let bytes = 0;
  const swept = run.jobsBefore(before, limit.jobs).filter((job) => {
    const isWithin = bytes < limit.bytes;
    bytes += job.bytes;
    return isWithin;
  });
  run.deleteJobs(swept.map(({ uuid }) => uuid));
  return swept.length;
}

function duplicateJob(uuid: string): ApiError {
  return new ApiError('duplicateJob', `Duplicate job uuid[${uuid}]`);
}
