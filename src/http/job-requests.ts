import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import { invalidArgument } from '../contract/errors.ts';
import { GetJob, JOB_UUID_LENGTH, type JobAccepted } from '../contract/schemas/job.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import type { NewJob } from '../domain/records.ts';
import { requestTimeout } from './protocol/headers.ts';
import { sendJson } from './protocol/json-answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The job that the request asks for; undefined for one that is just answered. */
    jobRequest: JobRequest | undefined;
  }
}

/** How writes are answered (F1). */
export interface ReplySettings {
  mode: 'auto' | 'inline' | 'job';
  /** What the location of a job begins with; empty for the scheme and host of the request. */
  publicUrl: string;
}

export interface JobRequest {
  job: NewJob;
  /** The body of the answer, where that is the job's location; else it is the job's outcome. */
  accepted?: JobAccepted;
}

/** What a job may take where the client doesn't say, in milliseconds (F56). */
const JOB_TIMEOUT_MS = 1_800_000;

/**
 * Makes what reads from a write's headers whether it becomes a job (F1).
 * It throws ApiError SYS.1007 for headers it can't take (F56).
 */
export function createJobRequestParser(
  { mode, publicUrl }: ReplySettings,
  { newUuid, clock }: Pick<Dependencies, 'newUuid' | 'clock'>,
) {
  return (operation: string, request: FastifyRequest): JobRequest | undefined => {
    const [requestedUuid, hookUrl] = [jobUuidHeader(request), hookUrlHeader(request)];
    const isNamed = requestedUuid !== undefined || hookUrl !== undefined;
    const isDeferred = mode === 'job' || (mode === 'auto' && (isNamed || prefersAsync(request)));
    if (!isNamed && !isDeferred) return undefined;
    const job = { uuid: requestedUuid ?? newUuid(), operation, createDate: clock(), hookUrl };
    if (!isDeferred) return { job };
    const location = (publicUrl || requestOrigin(request)) + pathOf(job.uuid);
    return { job, accepted: { location, apiTimeout: requestTimeout(request) ?? JOB_TIMEOUT_MS } };
  };
}

/** Answers with the job's location. */
export function acceptJob(accepted: JobAccepted, reply: FastifyReply): FastifyReply {
  return sendJson(reply, 202, accepted);
}

function pathOf(jobUuid: string): string {
  return CONTEXT_PATH + GetJob.path.replace('{uuid}', encodeURIComponent(jobUuid));
}

function jobUuidHeader({ headers }: FastifyRequest): string | undefined {
  const uuid = headers['x-job-uuid'];
  if (uuid === undefined) return undefined;
  // The platform looks no closer.
  if (uuid.length === JOB_UUID_LENGTH) return String(uuid);
  throw invalidArgument("Invalid header[X-Job-UUID], it must be a UUID with '-' stripped");
}

function hookUrlHeader({ headers }: FastifyRequest): string | undefined {
  const hook = headers['x-web-hook'];
  if (hook === undefined) return undefined;
  const url = String(hook);
  // A blank comes with several headers, which Node joins.
  if (URL.canParse(url) && /^https?:\S+$/i.test(url)) return url;
  throw invalidArgument('Invalid header[X-Web-Hook], it must be an http or https URL');
}

function prefersAsync({ headers }: FastifyRequest): boolean {
  return /(^|,)\s*respond-async\s*(;|,|$)/i.test(String(headers.prefer ?? ''));
}

/**
 * Scheme and host as the client, or the proxy that the settings trust, names them.
 * @throws ApiError SYS.1007 for what is no host and port: it would become part of the answer's URL
 */
function requestOrigin({ protocol, host }: FastifyRequest): string {
  const url = `${protocol.toLowerCase() === 'https' ? 'https' : 'http'}://${host}`;
  if (/^([\w.-]+|\[[\da-f:.]+\])(:\d*)?$/i.test(host) && URL.canParse(url)) return url;
  throw invalidArgument('Invalid header[Host], it must be a host and port');
}
