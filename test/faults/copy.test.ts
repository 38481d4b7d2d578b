import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { copyError, copyQuietly, putFilledDatabase, rowsOfFile } from '../support/copies.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { fill } from '../support/filled-database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launchServing } from '../support/process.ts';

const PROGRAM = resolve('dist/main.js');

test('copy fails for a database that a server runs on', async (context) => {
  const from = join(temporaryFolder(context), 'from.db');
  await putFilledDatabase(from);
  const { cwd } = await launchServing(context);
  const to = join(cwd, 'data/aios.db');
  expect(await copyError(`file:${from}`, `file:${to}`)).toBe(
    `Another server runs on the database ${to}: stop it, or name another file.`,
  );
  expect(rowsOfFile(to).models).toEqual([]);
});

test('a killed copy leaves an empty file, and the next copy succeeds', async (context) => {
  const folder = temporaryFolder(context);
  const from = join(temporaryFolder(context), 'from.db');
  const to = join(folder, 'to.db');
  const client = openSqlite({ file: from, migrationsFolder: MIGRATIONS });
  const counts = { services: 20_000, models: 100, centers: 2, tags: 100 };
  await fill(client, createSqliteStore(client), counts);
  client.close();

  const args = [PROGRAM, 'copy', `file:${from}`, `file:${to}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  context.onTestFinished(() => void child.kill('SIGKILL'));
  let reported = '';
  child.stderr.on('data', (text) => {
    reported += text;
    // While the services are written.
    if (/^models: 100 rows/m.test(reported)) child.kill('SIGKILL');
  });
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(statSync(to).size).toBe(0);
  expect(existsSync(`${to}-copying`)).toBe(true);

  await copyQuietly(`file:${from}`, `file:${to}`);
  expect(rowsOfFile(to)).toEqual(rowsOfFile(from));
  expect(readdirSync(folder).toSorted()).toEqual(['to.db', 'to.db-server']);
});
