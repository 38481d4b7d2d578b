import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUp } from '../../src/store/sqlite/file/backup.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import {
  fingerprint,
  MIGRATIONS,
  oneSentenceAbout,
  openErrorOf,
  unusableDatabases,
} from '../support/databases.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, model } from '../support/records.ts';
import { nothing } from '../support/results.ts';

const located = (file: string) => ({ file, migrationsFolder: MIGRATIONS });

const expectedError = (file: string, to: string) => openErrorOf(() => backUp(located(file), to));

/** Paths of an empty database, and of a backup in another folder. */
function paths(context: Finishing) {
  const file = join(temporaryFolder(context), 'aios.db');
  const folder = temporaryFolder(context);
  putEmptyDatabase(file);
  return { file, folder, to: join(folder, 'backup') };
}

describe('a backup', () => {
  test('holds commits that are only in the WAL, in one file of mode 0600', async (context) => {
    const { file, folder, to } = paths(context);
    const client = openSqlite(located(file));
    const store = createSqliteStore(client);
    const added = model();
    await store.addResource('Model', added, extras(), nothing);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);

    const bytes = backUp(located(file), to);
    await store.close();
    expect(readdirSync(folder)).toEqual(['backup']);
    expect((statSync(to).mode & 0o777).toString(8)).toBe('600');
    expect(statSync(to).size).toBe(bytes);

    const copy = new Database(to, { readonly: true });
    context.onTestFinished(() => void copy.close());
    expect(copy.pragma('journal_mode', { simple: true })).toBe('delete');
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(copy.prepare('SELECT uuid FROM models').pluck().all()).toEqual([added.uuid]);
  });

  test('can be made during an open write transaction, whose rows it does not have', async (context) => {
    const { file, to } = paths(context);
    const client = openSqlite(located(file));
    context.onTestFinished(() => void client.close());
    client.exec(`BEGIN IMMEDIATE; INSERT INTO resources VALUES ('a', 'ModelVO')`);
    backUp(located(file), to);
    client.exec('COMMIT');
    const copy = new Database(to, { readonly: true });
    context.onTestFinished(() => void copy.close());
    expect(copy.prepare('SELECT count(*) FROM resources').pluck().get()).toBe(0);
    expect(client.prepare('SELECT count(*) FROM resources').pluck().get()).toBe(1);
  });
});

describe('backup fails', () => {
  test.for(
    Object.keys(unusableDatabases),
  )('for %s, and leaves nothing behind', async (name, context) => {
    const file = join(temporaryFolder(context), 'aios.db');
    const folder = temporaryFolder(context);
    await unusableDatabases[name as keyof typeof unusableDatabases].make(file);
    const before = fingerprint(dirname(file));
    expect(await expectedError(file, join(folder, 'backup'))).toMatch(oneSentenceAbout(file));
    expect(fingerprint(dirname(file))).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('for a damaged database that is too large to be checked at the start', async (context) => {
    const { file, folder, to } = paths(context);
    const client = new Database(file);
    client.exec('CREATE TABLE large (content blob)');
    client.exec('INSERT INTO large VALUES (zeroblob(70000000))');
    const page = client.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'tags'`);
    const position = ((page.pluck().get() as number) - 1) * 4096;
    client.close();
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(4096, 0xab), 0, 4096, position);
    closeSync(descriptor);
    expect(await expectedError(file, to)).toBe(
      `The database ${file} is damaged: restore it from a backup, or name another file.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test.for([
    ['a file', (to) => writeFileSync(to, 'precious'), ''],
    ['a folder', (to) => mkdirSync(to), ''],
    ['a link to nowhere', (to) => symlinkSync('nowhere', to), ''],
    ['the WAL of another database', (to) => writeFileSync(`${to}-wal`, 'x'), '-wal'],
    ['the journal of another database', (to) => writeFileSync(`${to}-journal`, 'x'), '-journal'],
  ] as [string, (to: string) => void, string][])('if there is %s already, which stays', async ([
    ,
    make,
    ending,
  ], context) => {
    const { file, folder, to } = paths(context);
    make(to);
    const names = readdirSync(folder);
    expect(await expectedError(file, to)).toBe(`${to}${ending} is there already.`);
    expect(readdirSync(folder)).toEqual(names);
  });

  test.for([
    '-wal',
    '-shm',
    '-journal',
    '-server',
  ])('for a path that the database needs: with %s', async (ending, context) => {
    const { file } = paths(context);
    const link = join(temporaryFolder(context), 'link');
    symlinkSync(dirname(file), link);
    for (const folder of [dirname(file), link]) {
      const to = join(folder, `aios.db${ending}`);
      expect(await expectedError(file, to)).toBe(`${to} is a name that the database itself needs.`);
    }
    expect(readdirSync(dirname(file))).toEqual(['aios.db']);
  });

  test('in a missing folder', async (context) => {
    const { file, folder } = paths(context);
    const to = join(folder, 'missing/backup');
    expect(await expectedError(file, to)).toBe(
      `The file ${file} can't be copied to ${to} (ENOENT).`,
    );
  });

  test.skipIf(process.getuid?.() === 0)('in a read-only folder', async (context) => {
    const { file, folder, to } = paths(context);
    chmodSync(folder, 0o500);
    expect(await expectedError(file, to)).toBe(
      `The file ${file} can't be copied to ${to} (EACCES).`,
    );
  });
});
