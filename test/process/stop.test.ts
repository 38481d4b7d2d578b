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

/** Reports when a signal has no listener any more: it would end the process. */
const WATCH = `data:text/javascript,process.on('removeListener', (name) => {
  if (/^SIG(INT|TERM)$/.test(name) && process.listenerCount(name) === 0) console.error(name);
})`;

test('a signal that npm repeats does not cut off requests', async (context) => {
  const NODE_OPTIONS = `--import="${WATCH.replaceAll('\n', '')}"`;
  const program = await launchServing(context, { env: { AIOS_CONTROL: 'on', NODE_OPTIONS } });
  const faults = [{ operation: 'QueryModel', times: 1, delayMs: 500 }];
  await call(program, 'PUT', '/_aios/faults', { faults });
  const answer = call(program, 'GET', `${API}/models`);
  // The server answers in order of arrival: the query has arrived when a later request is answered.
  await call(program, 'GET', `${API}/model-centers`);
  program.signal('SIGINT');
  await program.says('SIGINT received');
  program.signal('SIGINT');
  expect((await answer).status).toBe(200);
  expect(await program.ended).toBe(0);
  expect(program.stderr()).toBe('');
});
