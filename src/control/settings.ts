import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { FAILURE_STATUSES, invalidArgument } from '../contract/errors.ts';
import { operations } from '../contract/operations.ts';
import { GetJob } from '../contract/schemas/job.ts';
import { isoTime } from '../contract/schemas/resource.ts';
import {
  boolean,
  integer,
  listOf,
  long,
  objectOf,
  oneOf,
  optional,
  text,
} from '../contract/schemas/types.ts';
import { compileStrictValidator } from '../contract/validation/validator.ts';
import type { ClockSetting } from './control.ts';
import { faultCodes, type PlannedFault } from './faults.ts';
import type { JobCompletion } from './job-delay.ts';

/** An offset of the clock in milliseconds: at most ten years. */
const CLOCK_OFFSET = { min: -3650 * 86_400_000, max: 3650 * 86_400_000 };
/** A delay in milliseconds: at most a day. */
const DELAY = { min: 0, max: 86_400_000 };

/**
 * Compiles the parser of a body or query of the control API.
 * It throws ApiError SYS.1007 for invalid and for unknown members.
 */
function compileBodyValidator<Schema extends TSchema>(schema: Schema) {
  const validate = compileStrictValidator<Static<Schema>>(schema, 'the control API');
  return (sent: unknown) => validate(sent ?? {});
}

const operationNames = [...Object.keys(operations), GetJob.name];

const fault = Type.Object({
  operation: oneOf('Name of the operation, or `*` for any operation.', [...operationNames, '*']),
  ...optional({
    times: integer('Number of requests to apply the fault to; 1 by default.', { min: 1 }),
    delayMs: integer('Delay before the request is processed, in milliseconds.', DELAY),
    drop: boolean('Whether to close the connection without an answer.'),
    error: objectOf('FaultError', 'The error that the operation, or its job, ends with.', {
      code: oneOf('Error code, for example SYS.1006.', faultCodes),
      details: Type.Optional(text('Description of the error in this request.')),
    }),
    status: integer('HTTP status to answer instead of running the operation.', FAILURE_STATUSES),
    outcome: objectOf('FaultOutcome', 'The status that a new deployment gets.', {
      status: text('Status of the deployment once it is ready; any text.', { max: 255 }),
      afterMs: Type.Optional(integer('Time until it is ready, in milliseconds.', DELAY)),
    }),
  }),
});

/** The schemas of bodies, by their names in the OpenAPI document of the control API. */
export const controlBodies = {
  PlannedFault: Type.Composite([
    fault,
    Type.Object({ struck: integer('Number of requests it was applied to.', { min: 0 }) }),
  ]),
  Faults: Type.Object({ faults: listOf('The faults; the first that matches applies.', fault) }),
  Clock: Type.Object(
    optional({
      now: isoTime('Time to stop the clock at'),
      aheadMs: long('Offset of the clock from the real time, in milliseconds.', CLOCK_OFFSET),
    }),
  ),
  Uuids: Type.Object(optional({ seed: text('Any text; it determines the UUIDs that follow.') })),
  Jobs: Type.Object(
    optional({
      afterMs: integer('Time for which polls report a job as running, in milliseconds.', DELAY),
      atPoll: integer('Number of the first poll that reports a job as ended.', { min: 1 }),
    }),
  ),
  Restore: Type.Object(
    optional({
      clock: boolean('Whether to restore the clock too.'),
      uuids: boolean('Whether to continue the sequence of UUIDs too.'),
    }),
  ),
};

const parseFaultList = compileBodyValidator(controlBodies.Faults);

/** Parses a list of faults; a fault applies to one request by default. */
export function parseFaults(sent: unknown): PlannedFault[] {
  return parseFaultList(sent).faults.map((each, index) => {
    const { times = 1, operation, delayMs, drop, error, status, outcome } = each;
    if (delayMs === undefined && !drop && !error && status === undefined && !outcome) {
      throw invalidArgument(
        `field[faults[${index}]] does nothing: give delayMs, drop, error, status or outcome`,
      );
    }
    if (drop || outcome) assertAtMostOne({ drop, error, status, outcome });
    if (outcome && operation !== 'DeployModelService') {
      throw invalidArgument(
        `field[faults[${index}].outcome] is of DeployModelService, not of ${operation}`,
      );
    }
    return { ...each, times, struck: 0 };
  });
}

const parseClockBody = compileBodyValidator(controlBodies.Clock);

/** Parses a setting of the clock; an empty one stands for the real time. */
export function parseClock(sent: unknown): ClockSetting {
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

/** Parses the seed of uuids; undefined for random ones. */
export const parseUuids = compileBodyValidator(controlBodies.Uuids);

const parseCompletion = compileBodyValidator(controlBodies.Jobs);

/** Parses when polls report jobs as ended. */
export function parseJobCompletion(sent: unknown): JobCompletion {
  const { afterMs, atPoll } = parseCompletion(sent);
  assertAtMostOne({ afterMs, atPoll });
  if (afterMs !== undefined) return { afterMs };
  return atPoll === undefined ? 'at once' : { atPoll };
}

/** Parses the name of a snapshot. */
export const parseSnapshotName = compileBodyValidator(
  Type.Object({ name: text('Name of the snapshot.', { max: 64, pattern: '^[\\w.-]+$' }) }),
);

/** Parses which settings are restored with a snapshot. */
export const parseRestore = compileBodyValidator(controlBodies.Restore);

/** Parses the filter of a request for the journal. */
export const parseJournalFilter = compileBodyValidator(
  Type.Object(
    optional({
      operation: oneOf('Name of the operation.', operationNames),
      status: integer('HTTP status of the answer.'),
      after: integer('Id of an entry; only later entries are returned.', { min: 0 }),
      limit: integer('Maximum number of entries to return: the latest ones.', { min: 0 }),
    }),
  ),
);
