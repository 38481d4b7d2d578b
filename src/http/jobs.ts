import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import { FAILED_JOB_STATUS, invalidArgument } from '../contract/errors.ts';
import { GetJob, JOB_UUID_LENGTH } from '../contract/schemas/job.ts';
import { withClasses } from '../contract/typed-answers.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import { answerOf, type Jobs } from '../domain/jobs.ts';
import type { NewJob } from '../domain/records.ts';
import type { Metrics } from './metrics.ts';
import { toFailure } from './protocol/error-handler.ts';
import { requestTimeout } from './protocol/headers.ts';
import { requestedUrl, routePattern } from './protocol/urls.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The job that a write becomes; undefined for a request without one. */
    jobRequest: JobRequest | undefined;
  }
}

/** How writes are answered (F1). */
export interface ReplySettings {
  mode: 'auto' | 'inline' | 'job';
  /** URL that job locations begin with; empty for that of the request. */
  publicUrl: string;
}

export interface JobRequest {
  job: NewJob;
  /** The answer before the job's result; undefined if the request is answered with that. */
  accepted?: object;
}

/** `apiTimeout` of a job whose client sends no `X-API-Timeout`, in milliseconds (F56). */
const JOB_TIMEOUT_MS = 1_800_000;
/** Interval between deletions of expired jobs, in milliseconds. */
const SWEEP_MS = 60_000;

/** Serves the poll of jobs (F56). It needs no session: knowing the UUID authorizes. */
export async function jobRoutes(app: FastifyInstance, { jobs }: { jobs: Jobs }): Promise<void> {
  const { name, path, otherMethodsMessage } = GetJob;
  app.get<{ Params: { uuid: string } }>(
    routePattern(path),
    { config: { operation: name, otherMethodsMessage } },
    async (request, reply) => {
      if (request.injectedFailure) throw request.injectedFailure;
      const job = await jobs.find(request.params.uuid);
      if (job.isRunning) return reply.code(202).send({});
      if (!job.success) return reply.code(FAILED_JOB_STATUS).send(answerOf(job));
      return completeResult(request, job.operation, answerOf(job));
    },
  );
  const sweep = () =>
    jobs.sweep().catch((error) => app.log.warn({ err: error }, 'old jobs were not swept'));
  const timer = setInterval(sweep, SWEEP_MS).unref();
  app.addHook('onListen', sweep);
  app.addHook('preClose', async () => clearInterval(timer));
}

/** Adds `schema` to an operation's result, if a request of the REST API asks for it by its header (F36). */
export function completeResult(request: FastifyRequest, operation: string, result: object) {
  const wantsClasses = request.headers['x-json-schema'] !== undefined && !request.message;
  return wantsClasses ? withClasses(operation, result) : result;
}

/**
 * Runs an operation as a job, whose outcome is stored before this resolves.
 * @param complete makes what the job stores of a result
 * @returns the result, or the error that the job has failed with
 * @throws ApiError for what leaves no job (F1, F5): a UUID in use, SYS.1010, and errors of the client if the request is
 *   answered with the result
 */
export async function runAsJob(
  { dependencies, metrics }: { dependencies: Dependencies; metrics: Metrics },
  request: FastifyRequest,
  { job, accepted }: JobRequest,
  operate: (scoped: Dependencies) => Promise<object>,
  complete: (result: object) => object,
): Promise<object> {
  const { store } = dependencies;
  try {
    const result = await operate({ ...dependencies, store: store.forJob(job, complete) });
    metrics.jobs.inc({ operation: job.operation, outcome: 'succeeded' });
    return result;
  } catch (thrown) {
    const failure = toFailure(thrown, request);
    const isDuplicate = failure.kind === 'duplicateJob';
    // The client may retry with the same job uuid. A failure that a test has injected is stored.
    const isTemporary = failure.kind === 'notReady' && failure !== request.injectedFailure;
    if (isDuplicate || isTemporary || (failure.isClientError && !accepted)) throw failure;
    await store.addFailedJob(job, failure.answer);
    metrics.jobs.inc({ operation: job.operation, outcome: 'failed' });
    return failure;
  }
}

/**
 * Creates the check of the headers that turn a write into a job (F1).
 * @returns a function that sets the request's `jobRequest`; it throws ApiError SYS.1007 for invalid headers (F56)
 */
export function jobRequestSetter(
  { mode, publicUrl }: ReplySettings,
  { newUuid, clock }: Pick<Dependencies, 'newUuid' | 'clock'>,
) {
  return (request: FastifyRequest): void => {
    const [requestedUuid, hookUrl] = [jobUuidHeader(request), hookUrlHeader(request)];
    const isNamed = requestedUuid !== undefined || hookUrl !== undefined;
    const isDeferred = mode === 'job' || (mode === 'auto' && (isNamed || prefersAsync(request)));
    if (!isNamed && !isDeferred) return;
    const operation = String(request.routeOptions.config.operation);
    const job = { uuid: requestedUuid ?? newUuid(), operation, createDate: clock(), hookUrl };
    request.jobRequest = { job };
    if (!isDeferred) return;
    const path = CONTEXT_PATH + GetJob.path.replace('{uuid}', encodeURIComponent(job.uuid));
    const location = (publicUrl || requestedUrl(request)) + path;
    const apiTimeout = requestTimeout(request) ?? JOB_TIMEOUT_MS;
    request.jobRequest.accepted = { location, apiTimeout };
  };
}

function jobUuidHeader({ headers }: FastifyRequest): string | undefined {
  const uuid = headers['x-job-uuid'];
  if (uuid === undefined) return undefined;
  // The platform checks only the length.
  if (uuid.length === JOB_UUID_LENGTH) return String(uuid);
  throw invalidArgument("Invalid header[X-Job-UUID], it must be a UUID with '-' stripped");
}

function hookUrlHeader({ headers }: FastifyRequest): string | undefined {
  const hook = headers['x-web-hook'];
  if (hook === undefined) return undefined;
  const url = String(hook);
  // Node joins repeated headers with a comma and a space, which `\S` rejects.
  if (URL.canParse(url) && /^https?:\S+$/i.test(url)) return url;
  throw invalidArgument('Invalid header[X-Web-Hook], it must be an http or https URL');
}

function prefersAsync({ headers }: FastifyRequest): boolean {
  return /(^|,)\s*respond-async\s*(;|,|$)/i.test(String(headers.prefer ?? ''));
}
