import { Type } from '@sinclair/typebox';
import { integer, long, objectOf, optional } from './types.ts';

/** Length of a job's UUID, which the platform doesn't check otherwise. */
export const JOB_UUID_LENGTH = 32;

const schemaHeader = optional({
  'X-JSON-Schema': Type.String({
    pattern: '^true$',
    description: '`true` adds `schema`, the class name of each object, to the answer.',
  }),
});

/**
 * The poll of a job (F56). It isn't one of the operations, because it answers with the result of another
 * one and has no name on the platform.
 */
export const GetJob = {
  name: 'GetJob',
  path: '/v1/api-jobs/{uuid}',
  params: Type.Object({ uuid: Type.String({ description: 'UUID of the job.' }) }),
  headers: Type.Object(schemaHeader),
  tag: 'Jobs',
  summary: 'Get the result of a job',
  description:
    'Returns 202 while the job runs, then the answer of its operation or its failure. A job can be polled ' +
    'for `AIOS_JOB_RETENTION`, three hours by default. No session is needed.',
  otherMethodsMessage: 'only GET method is allowed for querying job status',
} as const;

/** The body of a 202 (F56). */
export const JobAccepted = objectOf('JobAccepted', 'The operation runs as a job.', {
  location: Type.String({ description: 'URL to poll for the result.' }),
  apiTimeout: long('Timeout of the job, in milliseconds.', { min: 0 }),
});

/** The body of a poll while the job is running. */
export const JobRunning = objectOf(
  'JobRunning',
  'The job is still running.',
  {},
  { additionalProperties: false },
);

/** The parameters of the list of jobs. */
export const JobList = Type.Object(
  optional({ limit: integer('Maximum number of jobs; 100 by default.', { min: 1, max: 1000 }) }),
);

/** Maximum of `X-API-Timeout`, in seconds. */
export const TIMEOUT_MAX = 999_999_999;

/** Request headers of every operation. */
export const OperationHeaders = Type.Object({
  ...optional({
    'X-API-Timeout': Type.Integer({
      minimum: 0,
      maximum: TIMEOUT_MAX,
      description: 'Seconds within which the operation must begin; else it fails with SYS.1001.',
    }),
  }),
  ...schemaHeader,
});

/** Request headers of a write: each of the first three makes it a job (F1). */
export const WriteHeaders = Type.Object({
  ...optional({
    'X-Job-UUID': Type.String({
      minLength: JOB_UUID_LENGTH,
      maxLength: JOB_UUID_LENGTH,
      description:
        'Runs the operation as a job with this UUID. A UUID is accepted once, so that a retry does not run twice.',
    }),
    'X-Web-Hook': Type.String({
      format: 'uri',
      pattern: '^https?://',
      description: 'Runs the operation as a job and sends its result to this URL by POST.',
    }),
    Prefer: Type.String({ description: '`respond-async` runs the operation as a job.' }),
  }),
  ...OperationHeaders.properties,
});
