/** The size of a stored job, in bytes: its outcome, and about what its row and indexes take. */
export const JOB_BYTES = '(octet_length(outcome) + 384)';

/**
 * Deletes the oldest jobs and returns their sizes: jobs created before `:before`, at most `:jobs` of
 * them and until they together reach `:bytes`; without a pending hook unless `:early` is 1.
 */
export const DELETE_JOBS = `DELETE FROM jobs WHERE uuid IN (
  SELECT uuid FROM (
    SELECT uuid, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS bytes_before FROM (
      SELECT uuid, ${JOB_BYTES} AS bytes FROM jobs WHERE create_date < :before
        AND (:early = 1 OR NOT EXISTS (SELECT 1 FROM hooks WHERE job_uuid = jobs.uuid AND pending = true))
      ORDER BY create_date LIMIT :jobs
    ) AS ended
  ) AS summed WHERE bytes_before < :bytes
) RETURNING ${JOB_BYTES}`;

/** Maximum size of all stored jobs, in bytes: beyond it the oldest jobs expire early (F56). */
export const JOBS_BYTES_MAX = 256 * 1024 * 1024;

/** The parameters that delete the oldest jobs by an excess, in bytes, and 4 MiB more, so that this happens seldom. */
export function earlyExpiry(excess: number) {
  const bytes = excess + 4 * 1024 * 1024;
  return { before: Number.MAX_SAFE_INTEGER, early: 1, jobs: 20_000, bytes };
}
