import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { launchServing, type Program } from '../support/process.ts';
import { newUuid } from '../support/records.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, ROOT, SESSION } from '../support/server.ts';
import { printFigures } from './attack.ts';

const MIB = 1024 * 1024;
const UPDATES = 30;

test('small updates of a large service as jobs do not fill the disk', async (context) => {
  const options = { env: { AIOS_DATABASE_URL: 'file:aios.db' } };
  let program: Program = await launchServing(context, options);
  const send = async (method: string, path: string, body: object, uuid = newUuid()) => {
    const headers = {
      authorization: `OAuth ${SESSION}`,
      'content-type': 'application/json',
      'x-job-uuid': uuid,
    };
    const request = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(program.url + path, request);
    await response.text();
    expect(response.status).toBe(202);
    return uuid;
  };
  const poll = async (uuid: string) => {
    const response = await fetch(`${program.url}${ROOT}/api-jobs/${uuid}`);
    return { status: response.status, text: await response.text() };
  };
  const service = newUuid();
  const param = { ...requiredServiceParams, yaml: 'y'.repeat(15 * MIB), resourceUuid: service };
  const first = await send('POST', `${API}/model-services`, { param });
  const update = async (number: number) => {
    const updateModelService = { description: `${number}`.padEnd(400, '.') };
    return send('PUT', `${API}/model-services/${service}`, { updateModelService });
  };
  const updates = (from: number) =>
    Promise.all(Array.from({ length: UPDATES / 2 }, (_, index) => update(from + index)));
  await updates(0);
  program.signal('SIGKILL');
  await program.ended;
  program = await launchServing(context, { ...options, cwd: program.cwd });
  await updates(UPDATES / 2);
  const last = await update(UPDATES);

  const file = join(program.cwd, 'aios.db');
  const database = new Database(file, { readonly: true });
  context.onTestFinished(() => void database.close());
  const sum = database.prepare('SELECT sum(octet_length(outcome)) FROM jobs').pluck();
  const stored = Number(sum.get()) / MIB;
  const size = (statSync(file).size + statSync(`${file}-wal`).size) / MIB;
  printFigures('stored outcomes', {
    updates: UPDATES + 1,
    'MiB of outcomes': Math.round(stored),
    'MiB of files': Math.round(size),
  });
  expect(stored).toBeLessThanOrEqual(256);
  expect(stored).toBeGreaterThan(200);
  expect(size).toBeLessThan(400);
  expect((await poll(first)).status).toBe(404);
  expect((await poll(last)).text).toContain(`${UPDATES}...`);
});
