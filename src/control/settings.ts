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
  const validate = compileStrictValidator<Static<Schema>>(schema, 'the control surface');
  return (sent: unknown) => validate(sent ?? {});
}

const operationNames = [...Object.keys(operations), GetJob.name];

const fault = Type.Object({
  operation: oneOf('ZStack’s name of the operation, or `*` for any.', [...operationNames, '*']),
  ...optional({
    times: integer('Number of requests it applies to; 1 by default.', { min: 1 }),
    delayMs: integer('Milliseconds of delay before the request is processed.', DELAY),
    drop: boolean('Whether to drop the connection without an answer.'),
    error: Type.Object({
      code: oneOf('Code of the error.', faultCodes),
      details: Type.Optional(text('Details of the error.')),
    }),
    status: integer('A status to answer instead of running the operation.', FAILURE_STATUSES),
    outcome: Type.Object({
      status: text('Status of the deployment once it is ready.', { max: 255 }),
      afterMs: Type.Optional(integer('Milliseconds until it is ready.', DELAY)),
    }),
  }),
});

/** The schemas of bodies, by their names in the OpenAPI document of the control API. */
export const controlBodies = {
  PlannedFault: Type.Composite([
    fault,
    Type.Object({ struck: integer('Number of requests it has applied to.', { min: 0 }) }),
  ]),
  Faults: Type.Object({ faults: listOf('The faults, in order.', fault) }),
  Clock: Type.Object(
    optional({
      now: isoTime('When the clock is stopped'),
      aheadMs: long('Offset of the clock from the real time, in milliseconds.', CLOCK_OFFSET),
    }),
  ),
  Uuids: Type.Object(optional({ seed: text('Seed of the next uuids.') })),
  Jobs: Type.Object(
    optional({
      afterMs: integer('Milliseconds for which polls report a job as running.', DELAY),
      atPoll: integer('The first poll that reports a job as ended.', { min: 1 }),
    }),
  ),
  Restore: Type.Object(
    optional({
      clock: boolean('Whether to set the clock as it was.'),
      uuids: boolean('Whether to continue the sequence of UUIDs where it was.'),
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
      operation: oneOf('ZStack’s name of the operation.', operationNames),
      status: integer('Status of the answer.'),
      after: integer('Id of an entry; only later ones are returned.', { min: 0 }),
      limit: integer('Most entries to return: the last ones.', { min: 0 }),
    }),
  ),
);
