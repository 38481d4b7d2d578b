import type { DeploymentOutcome } from '../contract/deployment-outcome.ts';
import { ApiError, type Failure } from '../contract/errors.ts';

/** The errors that can be injected, by code. */
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

/** A fault to inject. */
export interface Fault {
  /** ZStack's name of the operation, or `*` for any. */
  operation: string;
  /** Number of requests it applies to. */
  times: number;
  /** Milliseconds before anything else happens. */
  delayMs?: number | undefined;
  /** Whether to drop the connection without an answer. */
  drop?: boolean | undefined;
  /** An error of the operation, which is also the outcome of its job. */
  error?: { code: (typeof faultCodes)[number]; details?: string | undefined } | undefined;
  /** A status to answer instead of running the operation, as a broken proxy would. */
  status?: number | undefined;
  /** The status that a deployment gets in place of `Running`, and when. */
  outcome?: DeploymentOutcome | undefined;
}

/** A fault with `struck`, the number of requests it has applied to; the wire uses this name. */
export type PlannedFault = Fault & { struck: number };

/** Whether a fault applies to the next request to an operation. */
export function appliesTo(fault: PlannedFault, operation: string): boolean {
  const { operation: target, struck: hits, times } = fault;
  return (target === operation || target === '*') && hits < times;
}

/** The error that a fault injects. */
export function faultError({ error, operation }: Fault): ApiError {
  const { code = 'SYS.1000', details = `an injected fault of ${operation}` } = error ?? {};
  return new ApiError(failureByCode[code], details);
}
