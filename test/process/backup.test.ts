import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { fingerprint } from '../support/databases.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { type Launch, launch, launchServing, type Program } from '../support/process.ts';
import { migrationsOf, type Release, releases } from '../support/released.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

const PROGRAM = resolve('dist/main.js');

const headers = { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' };

async function addModel(program: Program, name: string): Promise<void> {
  const body = JSON.stringify({ param: { ...requiredModelParams, name } });
  const options = { method: 'POST', headers, body };
  expect((await fetch(`${program.url}${API}/models`, options)).status).toBe(200);
}

async function namesOf(program: Program): Promise<string[]> {
  const response = await fetch(`${program.url}${API}/models?fields=name`, { headers });
  const { inventories } = (await response.json()) as { inventories: { name: string }[] };
  return inventories.map(({ name }) => name);
}

async function stop(program: Program): Promise<void> {
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
}

/** Creates a folder with an empty database at the default path. */
function withDatabase(context: Finishing): string {
  const cwd = temporaryFolder(context);
  putEmptyDatabase(join(cwd, 'aios.db'));
  return cwd;
}

const env = { AIOS_DATABASE_URL: 'file:aios.db' };

/** Matches what is printed each second of a long step, which any step is on a busy machine. */
const SECONDS = /^.* \d+ s\n/gm;

/** Runs a command that must succeed, and returns its stderr. */
async function run(context: Finishing, cwd: string, ...args: string[]): Promise<string> {
  const program = await launch(context, { cwd, args, env });
  expect([await program.ended, program.stdout()]).toEqual([0, '']);
  return program.stderr().replace(SECONDS, '');
}

const ERROR =
  /^(?:aios-model-server: (?:Copying \d+ bytes|Checking the copy)\.\n)*aios-model-server: (.+)\n$/;

/** Runs a command that must fail, and returns its error message. */
async function expectedError(context: Finishing, options: Launch): Promise<string> {
  const program = await launch(context, { env, ...options });
  expect([await program.ended, program.stdout()]).toEqual([1, '']);
  const [, sentence = ''] = ERROR.exec(program.stderr().replace(SECONDS, '')) ?? [];
  return sentence;
}

describe.concurrent('the program', () => {
  test('backs up acknowledged writes of a running server, and restores them after it has stopped', async (context) => {
    const cwd = withDatabase(context);
    const first = await launchServing(context, { cwd, env });
    await addModel(first, 'first');
    const said = await run(context, cwd, 'backup', 'backups.db');
    const { size } = statSync(join(cwd, 'backups.db'));
    expect(said.split('\n')).toEqual([
      expect.stringMatching(/^aios-model-server: Copying \d+ bytes\.$/),
      'aios-model-server: Checking the copy.',
      `aios-model-server: The database aios.db is copied to backups.db: ${size} bytes.`,
      '',
    ]);
    await addModel(first, 'later');

    const rejected = await expectedError(context, { cwd, args: ['restore', 'backups.db'] });
    expect(rejected).toBe(
      'Another server runs on the database aios.db: stop it, or name another file.',
    );
    expect(await namesOf(first)).toEqual(['first', 'later']);
    await addModel(first, 'last');
    await stop(first);

    const restored = await run(context, cwd, 'restore', 'backups.db');
    expect(restored.split('\n')).toEqual([
      `aios-model-server: Copying ${size} bytes.`,
      'aios-model-server: Checking the copy.',
      `aios-model-server: The database aios.db is now as the backup backups.db: ${size} bytes.`,
      '',
    ]);
    expect(readdirSync(cwd).toSorted()).toEqual(['aios.db', 'aios.db-server', 'backups.db']);
    const second = await launchServing(context, { cwd, env });
    expect(await namesOf(second)).toEqual(['first']);
    await addModel(second, 'after');
    await stop(second);
  });

  test('says every second how long a step takes', async (context) => {
    const cwd = withDatabase(context);
    const slowDisk = join(cwd, 'slow-disk.cjs');
    writeFileSync(
      slowDisk,
      `const fs = require('node:fs');
      fs.fsyncSync = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      require('node:module').syncBuiltinESMExports();`,
    );
    const said = spawn(process.execPath, ['--require', slowDisk, PROGRAM, 'backup', 'copy.db'], {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    context.onTestFinished(() => void said.kill('SIGKILL'));
    let text = '';
    for await (const part of said.stderr.setEncoding('utf8')) {
      text += part;
      if (text.includes('2 s')) break;
    }
    expect(text).toMatch(
      /Checking the copy\.\naios-model-server: Checking the copy\. 1 s\naios-model-server: Checking the copy\. 2 s\n$/,
    );
  });

  test('does not restore while another program reads the database', async (context) => {
    const cwd = withDatabase(context);
    const backup = join(temporaryFolder(context), 'backup');
    putEmptyDatabase(backup);
    const reader = new Database(join(cwd, 'aios.db'));
    context.onTestFinished(() => void reader.close());
    reader.exec('BEGIN; SELECT count(*) FROM models');
    reader.prepare('SELECT count(*) FROM models').get();
    expect(await expectedError(context, { cwd, args: ['restore', backup] })).toBe(
      'The database aios.db is locked by another program.',
    );
    expect(readdirSync(cwd)).not.toContain('aios.db-restoring');
  });

  test.for([
    ['backup', 'memory:', 'AIOS_DATABASE_URL names no database file that is there.'],
    ['backup', 'file:missing.db', 'AIOS_DATABASE_URL names no database file that is there.'],
    ['restore', 'memory:', 'AIOS_DATABASE_URL names no file that a backup could be restored to.'],
  ] as const)('has no %s with the database %s', async ([command, url, sentence], context) => {
    const cwd = withDatabase(context);
    writeFileSync(join(cwd, 'backup'), readFileSync(join(cwd, 'aios.db')));
    const before = fingerprint(cwd);
    const args = [command, command === 'backup' ? 'new' : 'backup', `--database-url=${url}`];
    expect(await expectedError(context, { cwd, args })).toBe(sentence);
    expect(fingerprint(cwd)).toEqual(before);
  });

  test('backs up and restores a database of the first schema, which the next start migrates', async (context) => {
    const cwd = temporaryFolder(context);
    const file = join(cwd, 'aios.db');
    const earlier = openSqlite({
      file,
      migrationsFolder: migrationsOf(context, releases[0] as Release),
    });
    const tables = tablesOf(earlier);
    earlier.close();
    await run(context, cwd, 'backup', 'backup');
    await run(context, cwd, 'restore', 'backup', '--database-url=file:restored.db');
    const restored = new Database(join(cwd, 'restored.db'), { readonly: true });
    expect(tablesOf(restored)).toEqual(tables);
    restored.close();

    const args = ['--database-url=file:restored.db'];
    const program = await launchServing(context, { cwd, args });
    await addModel(program, 'new');
    await stop(program);
    const client = new Database(join(cwd, 'restored.db'), { readonly: true });
    context.onTestFinished(() => void client.close());
    expect(tablesOf(client)).not.toEqual(tables);
  });
});

function tablesOf(client: Database.Database): unknown[] {
  return client.prepare('SELECT sql FROM sqlite_schema ORDER BY name').pluck().all();
}
