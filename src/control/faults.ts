import { ApiError, type Failure } from '../contract/errors.ts';

/** Codes that an operation may be made to fail with. */
const failureByCode = {
  'SYS.1000': 'internal',
  'SYS.1001': 'timedOut',
  'SYS.1003': 'resourceNotFound',
  'SYS.1006': 'operationFailed',
  'SYS.1007': 'invalidArgument',
  'SYS.1010': 'notReady',
  'ID.1000': 'loginFailed',
  'ID.1001': 'sessionInvalid',
} as const satisfies Record<string, Failure>;
export const faultCodes = Object.keys(failureByCode) as (keyof typeof failureByCode)[];

/** What shall go wrong. */
export interface Fault {
  /** ZStack's name of the operation, or `*` for any. */
  operation: string;
  /** How many requests it strikes. */
  times: number;
  /** Milliseconds before anything else happens. */
  delayMs?: number | undefined;
  /** Whether the connection is cut without an answer. */
  drop?: boolean | undefined;
  /** The operation's failure, which also ends a job. */
  error?: { code: (typeof faultCodes)[number]; details?: string | undefined } | undefined;
  /** A status to answer in place of the operation, in the way of a broken server or proxy. */
  status?: number | undefined;
}

/** A fault with how often it has struck. */
export type PlannedFault = Fault & { struck: number };

/** Whether a fault is still to strike a request to an operation. */
export function appliesTo({ operation, struck, times }: PlannedFault, asked: string): boolean {
  return (operation === asked || operation === '*') && struck < times;
}

/** The failure that a fault stands for. */
export function faultError({ error, operation }: Fault): ApiError {
  const { code = 'SYS.1000', details = `a fault that was asked for ${operation}` } = error ?? {};
  return new ApiError(failureByCode[code], details);
}
