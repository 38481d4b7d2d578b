import { type Static, Type } from '@sinclair/typebox';
import { listOf, mapOf, objectOf, optional } from './schemas/types.ts';

/**
 * Every failure of this server (F52): the platform's error code, the status of the inline answer, and what it means,
 * for the OpenAPI document.
 */
const catalogue = {
  invalidArgument: { status: 400, code: 'SYS.1007', meaning: 'A parameter is missing or invalid' },
  duplicateJob: { status: 400, code: 'SYS.1007', meaning: 'The job’s UUID was used before' },
  requestTimeTooSkewed: {
    status: 403,
    code: 'ID.1001',
    meaning: 'The date of a signed request is wrong',
  },
  noRoute: { status: 404, code: 'SYS.1009', meaning: 'The path does not exist' },
  jobNotFound: { status: 404, code: 'SYS.1003', meaning: 'The job is unknown or has expired' },
  snapshotNotFound: { status: 404, code: 'SYS.1003', meaning: 'The snapshot does not exist' },
  methodNotAllowed: { status: 405, code: 'SYS.1009', meaning: 'The path has no such method' },
  requestTooSlow: { status: 408, code: 'SYS.1015', meaning: 'The request did not arrive in time' },
  bodyTooLarge: { status: 413, code: 'SYS.1007', meaning: 'The body is too large' },
  urlTooLong: { status: 414, code: 'SYS.1015', meaning: 'The URL is too long' },
  notJson: { status: 415, code: 'SYS.1007', meaning: 'The content type is not JSON' },
  tooManyLogins: { status: 429, code: 'ID.1000', meaning: 'Too many logins failed' },
  headersTooLarge: { status: 431, code: 'SYS.1015', meaning: 'The headers are too large' },
  resourceNotFound: { status: 503, code: 'SYS.1003', meaning: 'A resource does not exist' },
  operationFailed: { status: 503, code: 'SYS.1006', meaning: 'The state of a resource forbids it' },
  loginFailed: { status: 503, code: 'ID.1000', meaning: 'The account name or password is wrong' },
  sessionInvalid: {
    status: 503,
    code: 'ID.1001',
    meaning: 'The session is missing, unknown or expired',
  },
  wrongSignature: { status: 503, code: 'ID.1001', meaning: 'The signature is wrong' },
  timedOut: { status: 503, code: 'SYS.1001', meaning: 'The timeout of `X-API-Timeout` has passed' },
  notReady: { status: 503, code: 'SYS.1010', meaning: 'The server is starting, stopping or busy' },
  noSuchField: { status: 503, code: 'SYS.1000', meaning: 'A field of the query does not exist' },
  internal: { status: 503, code: 'SYS.1000', meaning: 'An internal error' },
} as const;

/** The range of HTTP statuses of failures. */
export const FAILURE_STATUSES = { min: 400, max: 599 } as const;

/** Status of the poll of a failed job, whatever the failure (F5). */
export const FAILED_JOB_STATUS = 503;

const descriptions = {
  'SYS.1000': 'An internal error happened in system',
  'SYS.1001': 'A message or a operation timeout',
  'SYS.1003': 'A resource can not be found',
  'SYS.1006': 'An operation failed',
  'SYS.1007': 'One or more API argument is invalid',
  'SYS.1009': 'No route can deal with the request',
  'SYS.1010': 'Management server is not ready to serve',
  'SYS.1015': 'An HTTP error happened',
  'ID.1000': 'Unable to authenticate a user',
  'ID.1001': 'The session is invalid, either wrong session id or the session has been expired',
} as const satisfies Record<(typeof catalogue)[Failure]['code'], string>;

export type Failure = keyof typeof catalogue;

/** Failures of the server's load, after which the same request may succeed later. */
export const temporaryFailures: readonly Failure[] = ['notReady', 'tooManyLogins'];

/** Maximum length of `details`, in characters; a longer text is cut and ends in `...` (F52). */
const DETAILS_MAX = 4096;

const errorMembers = {
  code: Type.String({ description: 'Error code, for example SYS.1007.', examples: ['SYS.1007'] }),
  description: Type.String({ description: 'What the code means, in a sentence.' }),
  details: Type.String({ description: 'What is wrong with the request.', maxLength: DETAILS_MAX }),
  elaboration: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
  location: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
  cost: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
};

/** A schema of its own without causes: many tools can't follow one that contains itself. */
const ErrorCause = objectOf(
  'ErrorCause',
  'The cause of an error, without its own causes.',
  errorMembers,
);

export const ErrorCode = objectOf('ErrorCode', 'An error.', {
  ...errorMembers,
  ...optional({
    cause: ErrorCause,
    causes: listOf('The causes of this error.', ErrorCause),
    opaque: mapOf('Reserved by the platform.', Type.Unknown()),
  }),
});
export type ErrorCode = Static<typeof ErrorCode>;

export const ErrorAnswer = objectOf(
  'ErrorAnswer',
  'The body of every failure.',
  { error: ErrorCode },
  { additionalProperties: false },
);
export type ErrorAnswer = Static<typeof ErrorAnswer>;

/** `Retry-After` of a server that is not ready at present, in seconds. */
const RETRY_AFTER_SECONDS = 1;

/** A failure that is reported to the client; any other thrown error is answered as SYS.1000. */
export class ApiError extends Error {
  readonly kind: Failure;
  readonly headers: Readonly<Record<string, string>>;
  /** A sentence for the log alone. */
  hint: string | undefined;

  /**
   * @param kind the entry of the catalogue
   * @param details the sentence for `error.details`
   * @param headers response headers, such as `Allow`
   */
  constructor(kind: Failure, details: string, headers: Record<string, string> = {}) {
    super(details);
    this.name = 'ApiError';
    this.kind = kind;
    this.headers =
      kind === 'notReady' ? { 'retry-after': String(RETRY_AFTER_SECONDS), ...headers } : headers;
  }

  /** HTTP status of the inline answer. */
  get status(): number {
    return catalogue[this.kind].status;
  }

  get isClientError(): boolean {
    return this.status < 500;
  }

  get errorCode(): string {
    return catalogue[this.kind].code;
  }

  /** The body of the answer: exactly `{"error":{…}}` (F2). */
  get answer(): ErrorAnswer {
    const { code } = catalogue[this.kind];
    return { error: { code, description: descriptions[code], details: truncate(this.message) } };
  }
}

function truncate(details: string): string {
  if (details.length <= DETAILS_MAX) return details;
  // A cut inside a surrogate pair would leave a lone surrogate.
  return `${details.slice(0, DETAILS_MAX - 3).toWellFormed()}...`;
}

/** Sentences of the platform are copied with its mistakes, such as `incuded` and `excepted` (F51 to F57). */
export function invalidArgument(details: string): ApiError {
  return new ApiError('invalidArgument', details);
}

/** Failures of every request. */
const requestFailures: readonly Failure[] = [
  'invalidArgument',
  'requestTooSlow',
  'urlTooLong',
  'headersTooLarge',
];
/** Further failures of every operation. */
const commonFailures: readonly Failure[] = ['timedOut', 'notReady', 'internal'];
/** Further failures of an operation that needs a session. */
const sessionFailures: readonly Failure[] = ['sessionInvalid', 'requestTimeTooSkewed'];
/** Further failures of an operation with a body, which is a write. */
const bodyFailures: readonly Failure[] = ['bodyTooLarge', 'notJson', 'resourceNotFound'];

/**
 * The failures that the OpenAPI document lists for an operation.
 * @param operationFailures failures of this operation alone
 * @param open whether it needs no session
 * @returns those of each status, in ascending order, with what they mean
 */
export function documentedFailures(
  hasBody: boolean,
  operationFailures: readonly Failure[] = [],
  open = false,
) {
  return byStatus([
    ...requestFailures,
    ...commonFailures,
    ...(open ? [] : sessionFailures),
    ...(hasBody ? bodyFailures : []),
    ...operationFailures,
  ]);
}

/** The same for the poll of a job, which may answer with the failure of any operation. */
export function jobFailures(): ReturnType<typeof documentedFailures> {
  const codes = Object.keys(descriptions).sort().join(', ');
  const description = `The job has failed (${codes}).`;
  return byStatus([...requestFailures, 'jobNotFound']).concat({
    status: FAILED_JOB_STATUS,
    failures: [],
    description,
  });
}

function byStatus(all: readonly Failure[]) {
  const statuses = [...new Set(all.map((failure) => catalogue[failure].status))];
  return statuses
    .sort((a, b) => a - b)
    .map((status: number) => {
      const failures = all.filter((failure) => catalogue[failure].status === status);
      const sentences = failures.map((failure) => {
        const { meaning, code } = catalogue[failure];
        return `${meaning} (${code}).`;
      });
      return { status, failures, description: sentences.join(' ') };
    });
}
