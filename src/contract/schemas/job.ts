import { Type } from '@sinclair/typebox';
import { integer, long, objectOf, optional } from './types.ts';

/** Length of a job's UUID, which the platform doesn't check otherwise. */
export const JOB_UUID_LENGTH = 32;

const schemaHeader = optional({
  'X-JSON-Schema': Type.String({
    pattern: '^true$',
    description: '`true` adds `schema`, the class of each object, to the answer.',
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
  summary: 'Get what a job has come to',
  description:
    "Answers with what the job's operation answers, or with its failure, for a while after the job " +
    'has ended. The UUID is all it asks for.',
  otherMethods: 'only GET method is allowed for querying job status',
} as const;

/** The body of a 202 (F56). */
export const JobAccepted = objectOf('JobAccepted', 'The operation goes on as a job.', {
  location: Type.String({ description: 'Where to poll for the result.' }),
  apiTimeout: long('How long the job may take, in milliseconds.', { min: 0 }),
});

/** The body of a poll while the job is running. */
export const JobRunning = objectOf(
  'JobRunning',
  'The job has not ended yet.',
  {},
  { additionalProperties: false },
);

/** The parameters of the list of jobs. */
export const JobList = Type.Object(
  optional({ limit: integer('Most jobs to return; 100 by default.', { min: 1, max: 1000 }) }),
);

/** Maximum of `X-API-Timeout`, in seconds. */
export const TIMEOUT_MAX = 999_999_999;

/** Request headers of every operation. */
export const OperationHeaders = Type.Object({
  ...optional({
    'X-API-Timeout': Type.Integer({
      minimum: 0,
      maximum: TIMEOUT_MAX,
      description: 'Seconds after which the operation is given up.',
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
      description: 'UUID of the job. One that was used is rejected: a retry does not run twice.',
    }),
    'X-Web-Hook': Type.String({
      format: 'uri',
      pattern: '^https?://',
      description: 'URL that gets the result when the job has ended.',
    }),
    Prefer: Type.String({ description: '`respond-async` asks for a job.' }),
  }),
  ...OperationHeaders.properties,
});
