import { type TSchema, Type } from '@sinclair/typebox';
import { FAILURE_STATUSES, invalidArgument } from '../contract/errors.ts';
import { operations } from '../contract/operations.ts';
import { GetJob } from '../contract/schemas/job.ts';
import { isoTime } from '../contract/schemas/resource.ts';
import {
  boolean,
  integer,
  listOf,
  long,
  oneOf,
  optional,
  text,
} from '../contract/schemas/types.ts';
import { compileStrictValidator } from '../contract/validation/validator.ts';
import { type Fault, faultCodes } from './faults.ts';
import type { JobCompletion } from './job-delay.ts';
import type { JournalFilter } from './journal.ts';

/** Farthest that the clock may be ahead or behind, in milliseconds: ten years. */
const AHEAD_MAX_MS = 3650 * 86_400_000;
/** Longest that anything may be put off, in milliseconds: a day. */
const WAIT_MAX_MS = 86_400_000;

/**
 * Compiles what reads a body, or a query, of the control surface.
 * It throws ApiError SYS.1007 for what is not allowed, unknown members among it.
 */
function compileBodyValidator<Value>(schema: TSchema): (sent: unknown) => Value {
  const read = compileStrictValidator<Value>(schema, 'the control surface');
  return (sent) => read(sent ?? {});
}

const operationNames = [...Object.keys(operations), GetJob.name];

const fault = Type.Object({
  operation: oneOf('ZStack’s name of the operation, or `*` for any.', [...operationNames, '*']),
  ...optional({
    times: integer('How many requests it strikes; 1 unless given.', { min: 1 }),
    delayMs: integer('Milliseconds before anything else happens.', { min: 0, max: WAIT_MAX_MS }),
    drop: boolean('Whether the connection is cut without an answer.'),
    error: Type.Object({
      code: oneOf('The code to fail with.', faultCodes),
      details: Type.Optional(text('The sentence to fail with.')),
    }),
    status: integer('A status to answer in place of the operation.', FAILURE_STATUSES),
  }),
});

const parseFaultList = compileBodyValidator<{
  faults: (Omit<Fault, 'times'> & { times?: number })[];
}>(Type.Object({ faults: listOf('The faults, in order.', fault) }));

/** @returns the plan; a fault strikes once unless it says otherwise */
export function parseFaults(sent: unknown): Fault[] {
  return parseFaultList(sent).faults.map((each, index) => {
    const { times = 1, delayMs, drop, error, status } = each;
    if (delayMs === undefined && !drop && !error && status === undefined) {
      throw invalidArgument(
        `field[faults[${index}]] does nothing: give delayMs, drop, error or status`,
      );
    }
    if (drop) assertAtMostOne({ drop, error, status });
    return { ...each, times };
  });
}

const parseClockBody = compileBodyValidator<{ now?: number; aheadMs?: number }>(
  Type.Object(
    optional({
      now: isoTime('When the clock stands still'),
      aheadMs: long('How far the clock is ahead of the real time, in milliseconds.', {
        min: -AHEAD_MAX_MS,
        max: AHEAD_MAX_MS,
      }),
    }),
  ),
);

/** @returns what the clock is set to; nothing of it for the real time */
export function parseClock(sent: unknown): {
  still?: number | undefined;
  ahead?: number | undefined;
} {
  const { now, aheadMs } = parseClockBody(sent);
  assertAtMostOne({ now, aheadMs });
  return { still: now, ahead: aheadMs };
}

function assertAtMostOne(members: Record<string, unknown>): void {
  const present = Object.keys(members).filter((name) => members[name] !== undefined);
  if (present.length < 2) return;
  throw invalidArgument(
    `only one of ${present.map((name) => `field[${name}]`).join(' and ')} can be given`,
  );
}

/** @returns the seed of uuids; undefined for random ones */
export const parseUuids = compileBodyValidator<{ seed?: string }>(
  Type.Object(optional({ seed: text('What determines the uuids to come.') })),
);

const parseCompletion = compileBodyValidator<{ afterMs?: number; atPoll?: number }>(
  Type.Object(
    optional({
      afterMs: integer('Milliseconds for which polls find a job running.', {
        min: 0,
        max: WAIT_MAX_MS,
      }),
      atPoll: integer('The poll that is the first to find a job ended.', { min: 1 }),
    }),
  ),
);

/** @returns when jobs are told to have ended */
export function parseJobCompletion(sent: unknown): JobCompletion {
  const { afterMs, atPoll } = parseCompletion(sent);
  assertAtMostOne({ afterMs, atPoll });
  if (afterMs !== undefined) return { afterMs };
  return atPoll === undefined ? 'at once' : { atPoll };
}

/** Reads the query of a look at the journal. */
export const parseJournalFilter = compileBodyValidator<JournalFilter>(
  Type.Object(
    optional({
      operation: oneOf('ZStack’s name of the operation.', operationNames),
      status: integer('Status of the answer.'),
      limit: integer('Most entries to return: the last ones.', { min: 0 }),
    }),
  ),
);
