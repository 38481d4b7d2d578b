import { expect, test } from 'vitest';
import { launchServing } from '../support/process.ts';
import { addService, call, serviceNames } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

/** SQLite compares it with millions of its letters for many seconds, and can't be interrupted. */
const PATTERN = `%${'y'.repeat(1000)}z%`;
const NAMES = ['first', 'second', 'third'];

test('a server ends at once though a query has taken too long', async (context) => {
  const program = await launchServing(context);
  for (const name of NAMES) await addService(program, name, 8_000_000);
  const query = `count=true&q=${encodeURIComponent(`yaml~=${PATTERN}`)}`;
  const { body } = await call(program, 'GET', `${API}/model-services?${query}`);
  expect(body.error.details).toMatch(/^the query takes longer than a second/);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const again = await launchServing(context, { cwd: program.cwd });
  expect(await serviceNames(again)).toEqual(NAMES);
});
