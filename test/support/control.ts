import { beforeEach, expect } from 'vitest';
import { noResources } from './records.ts';
import { type Answer, type CallOptions, type Server, START, startServer } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** Every path of the control API, with its verbs. */
export const controlPaths: Readonly<Record<string, readonly string[]>> = {
  '/_aios/reset': ['POST'],
  '/_aios/requests': ['DELETE', 'GET'],
  '/_aios/faults': ['GET', 'PUT'],
  '/_aios/clock': ['PUT'],
  '/_aios/uuids': ['PUT'],
  '/_aios/jobs': ['GET', 'PUT'],
  '/_aios/settings': ['GET'],
  '/_aios/state': ['GET', 'POST', 'PUT'],
  '/_aios/snapshots': ['GET'],
  '/_aios/snapshots/a': ['DELETE', 'PUT'],
  '/_aios/snapshots/a/restore': ['POST'],
};

type Overrides = NonNullable<Parameters<typeof startServer>[0]>;

/** Options of a server with the control API, empty unless a seed is given. */
export const steered = (overrides: Overrides = {}): Overrides => ({
  control: { seed: noResources },
  ...overrides,
});

/** Starts such a server for the test that calls it. */
export function startSteered(overrides?: Overrides): Promise<Server> {
  return startServer(steered(overrides));
}

/**
 * One such server for all tests of the block it is called in: each begins after a reset, at the start
 * of the clock.
 * @returns a function that returns the server, once the tests run
 */
export function sharedSteered(overrides?: Overrides): () => Server {
  let now = START;
  const shared = sharedServer(steered({ clock: () => now, ...overrides }));
  const advance = (milliseconds: number): void => {
    now += milliseconds;
  };
  beforeEach(async () => {
    now = START;
    await reset(shared());
  });
  return () => ({ ...shared(), advance });
}

/** Expects exactly this answer of the control API. */
export function expectDone(answer: Answer, reported: object = {}): void {
  expect({
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: answer.body,
  }).toEqual({
    status: 200,
    type: 'application/json;charset=UTF-8',
    body: { success: true, ...reported },
  });
}

export async function reset(server: Server): Promise<void> {
  expectDone(await server.post('/_aios/reset'));
}

/** A fault as it is read back. */
export interface ListedFault {
  operation: string;
  times: number;
  struck: number;
  [member: string]: unknown;
}

/** Sets the plan of faults. */
export async function plan(server: Server, ...faults: object[]): Promise<void> {
  const { status, body } = await server.put('/_aios/faults', { faults });
  expect({ status, body }).toMatchObject({ status: 200, body: { success: true } });
}

/** The plan of faults as it now is. */
export async function planned(server: Server): Promise<ListedFault[]> {
  const { body } = await server.get('/_aios/faults');
  return body.faults;
}

/** How often each fault was applied. */
export async function struck(server: Server): Promise<number[]> {
  return (await planned(server)).map((fault) => fault.struck);
}

/** Stops the clock, sets it ahead, or resets it to real time. */
export async function setClock(
  server: Server,
  clock: object,
  options?: CallOptions,
): Promise<Answer> {
  const answer = await server.put('/_aios/clock', clock, options);
  expect(answer.body).toMatchObject({ success: true });
  return answer;
}

/** Lets a seed determine the uuids. */
export async function seedUuids(server: Server, seed: string): Promise<void> {
  expectDone(await server.put('/_aios/uuids', { seed }));
}

/** Sets when jobs are reported as ended. */
export async function setJobDelay(server: Server, finish: object): Promise<void> {
  expectDone(await server.put('/_aios/jobs', finish));
}

/** An entry of the journal. */
export interface Entry {
  id: number;
  time: string;
  operation: string | null;
  method: string;
  path: string;
  query: unknown;
  status: number;
  ms: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  request: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  response: any;
}

/** The journal, optionally filtered. */
export async function journal(server: Server, filter = ''): Promise<Entry[]> {
  const { status, body } = await server.get(`/_aios/requests${filter}`);
  expect({ status, body }).toMatchObject({ status: 200, body: { success: true } });
  return body.requests;
}

export async function clearJournal(server: Server): Promise<void> {
  expectDone(await server.delete('/_aios/requests'));
}
