import { type Static, Type } from '@sinclair/typebox';

/**
 * Every way this server fails (F52): the platform's code and sentence, and the status of
 * the inline answer. No other place knows a status.
 */
const catalogue = {
  invalidArgument: { status: 400, code: 'SYS.1007' },
  duplicateJob: { status: 400, code: 'SYS.1007' },
  requestTimeTooSkewed: { status: 403, code: 'ID.1001' },
  noRoute: { status: 404, code: 'SYS.1009' },
  jobGone: { status: 404, code: 'SYS.1003' },
  methodNotAllowed: { status: 405, code: 'SYS.1009' },
  requestTooSlow: { status: 408, code: 'SYS.1015' },
  bodyTooLarge: { status: 413, code: 'SYS.1007' },
  urlTooLong: { status: 414, code: 'SYS.1015' },
  notJson: { status: 415, code: 'SYS.1007' },
  tooManyLogins: { status: 429, code: 'ID.1000' },
  headersTooLarge: { status: 431, code: 'SYS.1015' },
  resourceNotFound: { status: 503, code: 'SYS.1003' },
  operationFailed: { status: 503, code: 'SYS.1006' },
  loginFailed: { status: 503, code: 'ID.1000' },
  sessionInvalid: { status: 503, code: 'ID.1001' },
  timedOut: { status: 503, code: 'SYS.1001' },
  notReady: { status: 503, code: 'SYS.1010' },
  noSuchField: { status: 503, code: 'SYS.1000' },
  internal: { status: 503, code: 'SYS.1000' },
} as const;

/** The statuses of failures, whoever answers them. */
export const FAILURE_STATUSES = { min: 400, max: 599 } as const;

/** Status of the poll of a job that failed, however it did (F5). */
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

/** Longest `details`, in characters; what is longer ends in `...` (F52). */
const DETAILS_MAX = 4096;

export const ErrorCode = Type.Object(
  {
    code: Type.String({ description: 'Error code, for example SYS.1007.', examples: ['SYS.1007'] }),
    description: Type.String({ description: 'What kind of error it is, in a sentence.' }),
    details: Type.String({
      description: 'What went wrong in this request.',
      maxLength: DETAILS_MAX,
    }),
    elaboration: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
    location: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
    cost: Type.Optional(Type.String({ description: 'Reserved by the platform.' })),
    cause: Type.Optional(
      Type.Unsafe<unknown>({ $ref: 'ErrorCode', description: 'The error that caused this one.' }),
    ),
    causes: Type.Optional(
      Type.Unsafe<unknown[]>(
        Type.Array(Type.Ref('ErrorCode'), { description: 'The errors that caused this one.' }),
      ),
    ),
    opaque: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Reserved by the platform.' }),
    ),
  },
  { $id: 'ErrorCode', description: 'What went wrong.' },
);
export type ErrorCode = Static<typeof ErrorCode>;

export const ErrorAnswer = Type.Object(
  { error: Type.Unsafe<ErrorCode>(Type.Ref('ErrorCode')) },
  { $id: 'ErrorAnswer', additionalProperties: false, description: 'The body of every failure.' },
);
export type ErrorAnswer = Static<typeof ErrorAnswer>;

/** Seconds a client is asked to wait where the server can't serve for the moment. */
const RETRY_AFTER_SECONDS = 1;

/** A failure on its way to the client. Anything else that is thrown becomes SYS.1000. */
export class ApiError extends Error {
  readonly failure: Failure;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param failure which entry of the catalogue
   * @param details the sentence for `error.details`
   * @param headers response headers this failure needs, such as `Allow`
   */
  constructor(failure: Failure, details: string, headers: Record<string, string> = {}) {
    super(details);
    this.name = 'ApiError';
    this.failure = failure;
    this.headers =
      failure === 'notReady' ? { 'retry-after': String(RETRY_AFTER_SECONDS), ...headers } : headers;
  }

  /** Status of the inline answer. */
  get status(): number {
    return catalogue[this.failure].status;
  }

  /** Whether the request itself is at fault, so that the inline answer is a 4xx. */
  get isClientError(): boolean {
    return this.status < 500;
  }

  get errorCode(): string {
    return catalogue[this.failure].code;
  }

  /** The answer's body: exactly `{"error":{…}}` (F2). */
  get answer(): ErrorAnswer {
    const { code } = catalogue[this.failure];
    return { error: { code, description: descriptions[code], details: truncate(this.message) } };
  }
}

function truncate(details: string): string {
  if (details.length <= DETAILS_MAX) return details;
  // A cut between two halves of a surrogate pair would leave text that is not well-formed.
  return `${details.slice(0, DETAILS_MAX - 3).toWellFormed()}...`;
}

/** SYS.1007 with the given sentence. */
export function invalidArgument(details: string): ApiError {
  return new ApiError('invalidArgument', details);
}

/** Failures a request to an operation's own path can meet, whichever the operation. */
const commonFailures: readonly Failure[] = [
  ...(['invalidArgument', 'requestTooSlow', 'urlTooLong', 'headersTooLarge'] as const),
  ...(['resourceNotFound', 'timedOut', 'notReady', 'internal'] as const),
];
/** Further failures of one that asks for a session. */
const sessionFailures: readonly Failure[] = ['sessionInvalid', 'requestTimeTooSkewed'];
/** Further failures of an operation with a body. */
const bodyFailures: readonly Failure[] = ['bodyTooLarge', 'notJson'];

/**
 * The statuses an operation's failures have, ascending, with the codes each may carry.
 * @param operationFailures failures of this operation alone
 * @param open whether it asks for no session
 */
export function documentedFailures(
  hasBody: boolean,
  operationFailures: readonly Failure[] = [],
  open = false,
): { status: number; codes: string[] }[] {
  const common = [
    ...commonFailures,
    ...(open ? [] : sessionFailures),
    ...(hasBody ? bodyFailures : []),
  ];
  return byStatus([...common, ...operationFailures]);
}

/** The same of the poll of a job, which tells any operation's failure. */
export function jobFailures(): { status: number; codes: string[] }[] {
  const ownFailures: Failure[] = [
    ...(['invalidArgument', 'jobGone'] as const),
    ...(['requestTooSlow', 'urlTooLong', 'headersTooLarge'] as const),
  ];
  const codes = new Set(Object.values(catalogue).map(({ code }) => code));
  return byStatus(ownFailures).concat({ status: FAILED_JOB_STATUS, codes: [...codes].sort() });
}

function byStatus(failures: readonly Failure[]): { status: number; codes: string[] }[] {
  const codes = new Map<number, Set<string>>();
  for (const failure of failures) {
    const { status, code } = catalogue[failure];
    codes.set(status, (codes.get(status) ?? new Set()).add(code));
  }
  return [...codes]
    .map(([status, set]) => ({ status, codes: [...set].sort() }))
    .sort((a, b) => a.status - b.status);
}
