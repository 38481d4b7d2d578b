import { expect, test } from 'vitest';
import { launchServing, type Program } from '../support/process.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, ROOT, SESSION } from '../support/server.ts';

const REQUESTS = 1000;
const JOB = 'c0ffee00c0ffee00c0ffee00c0ffee00';

const headers = { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' };

async function call(program: Program, method: string, path: string, options: RequestInit = {}) {
  const response = await fetch(program.url + path, { method, headers, ...options });
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  const body: any = await response.json();
  return { status: response.status, body };
}

const poll = (program: Program, uuid: string) => call(program, 'GET', `${ROOT}/api-jobs/${uuid}`);

async function namesOfModels(program: Program): Promise<string[]> {
  const { body } = await call(program, 'GET', `${API}/models?limit=2000&fields=name`);
  return body.inventories.map(({ name }: { name: string }) => name);
}

/** Sends as many requests of one job at once, each with a body of its own. */
function sendAtOnce(program: Program, bodyOf: (index: number) => object) {
  const init = { headers: { ...headers, 'X-Job-UUID': JOB } };
  return Promise.all(
    Array.from({ length: REQUESTS }, (_, index) =>
      call(program, 'POST', `${API}/models`, { ...init, body: JSON.stringify(bodyOf(index)) }),
    ),
  );
}

const accepted = (program: Program) => ({
  status: 202,
  body: { location: `${program.url}${ROOT}/api-jobs/${JOB}`, apiTimeout: 1_800_000 },
});
const duplicate = {
  status: 400,
  body: {
    error: {
      code: 'SYS.1007',
      description: 'One or more API argument is invalid',
      details: `Duplicate job uuid[${JOB}]`,
    },
  },
};

/** Expects one of the answers to be the 202 and all others to be refusals; returns which one. */
function expectOneAccepted(
  program: Program,
  answers: Awaited<ReturnType<typeof sendAtOnce>>,
): number {
  const index = answers.findIndex(({ status }) => status === 202);
  expect(answers[index]).toEqual(accepted(program));
  const rejected = answers.toSpliced(index, 1);
  expect(rejected).toEqual(Array(REQUESTS - 1).fill(duplicate));
  return index;
}

test('of a thousand requests of one job at once one runs, and the others are refused', async (context) => {
  const program = await launchServing(context);
  const answers = await sendAtOnce(program, (index) => ({
    param: { ...requiredModelParams, name: `model ${index}` },
  }));
  const index = expectOneAccepted(program, answers);
  expect(await namesOfModels(program)).toEqual([`model ${index}`]);
  expect(await poll(program, JOB)).toMatchObject({
    status: 200,
    body: { success: true, inventory: { name: `model ${index}` } },
  });
});

test('of a thousand requests of one job that fails one fails, and the others are refused', async (context) => {
  const program = await launchServing(context);
  const answers = await sendAtOnce(program, (index) => ({ param: { name: `model ${index}` } }));
  expectOneAccepted(program, answers);
  expect(await namesOfModels(program)).toEqual([]);
  expect(await poll(program, JOB)).toMatchObject({
    status: 503,
    body: { error: { code: 'SYS.1007', details: expect.stringContaining('is mandatory') } },
  });
});

test('of a thousand requests of one job, half of which would fail, one ends it', async (context) => {
  const program = await launchServing(context);
  const answers = await sendAtOnce(program, (index) => ({
    param: { ...(index % 2 === 0 && requiredModelParams), name: `model ${index}` },
  }));
  const index = expectOneAccepted(program, answers);
  const succeeds = index % 2 === 0;
  expect(await namesOfModels(program)).toEqual(succeeds ? [`model ${index}`] : []);
  expect((await poll(program, JOB)).status).toBe(succeeds ? 200 : 503);
});
