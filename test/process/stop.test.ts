import { expect, test } from 'vitest';
import type { Finishing } from '../support/folder.ts';
import { launchServing, type Program } from '../support/process.ts';
import { addService, call, serviceNames } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

/** SQLite compares it with millions of its letters for many seconds, and can't be interrupted. */
const PATTERN = `%${'y'.repeat(1000)}z%`;
const NAMES = ['first', 'second', 'third'];

/** Starts a server, and a query whose thread outlasts any stop. */
async function withEndlessQuery(context: Finishing): Promise<Program> {
  const program = await launchServing(context);
  for (const name of NAMES) await addService(program, name, 8_000_000);
  const query = `count=true&q=${encodeURIComponent(`yaml~=${PATTERN}`)}`;
  const { body } = await call(program, 'GET', `${API}/model-services?${query}`);
  expect(body.error.details).toMatch(/^the query takes longer than a second/);
  return program;
}

test('a server ends after its delay though a query still runs', async (context) => {
  const program = await withEndlessQuery(context);
  program.signal('SIGTERM');
  expect(await program.ended).toBe('SIGKILL');
  expect(program.stdout()).toMatch(/exiting before everything is closed/);
  const again = await launchServing(context, { cwd: program.cwd });
  expect(await serviceNames(again)).toEqual(NAMES);
});

test('a server ends at a second signal though a query still runs', async (context) => {
  const program = await withEndlessQuery(context);
  program.signal('SIGTERM');
  await program.says('SIGTERM received');
  program.signal('SIGTERM');
  expect(await program.ended).toBe('SIGKILL');
});
