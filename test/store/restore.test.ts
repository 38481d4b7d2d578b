import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { restore } from '../../src/store/sqlite/file/restore.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import {
  copyAsKilled,
  fillDatabase,
  fingerprint,
  MIGRATIONS,
  oneSentenceAbout,
  openErrorOf,
  unusableDatabases,
} from '../support/databases.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { otherUser } from '../support/process.ts';
import { extras, model } from '../support/records.ts';
import { nothing } from '../support/results.ts';

const located = (file: string) => ({ file, migrationsFolder: MIGRATIONS });

const expectedError = (file: string, from: string) =>
  openErrorOf(() => restore(located(file), from));

/** Paths of an empty database, and of a backup with services in another folder. */
async function paths(context: Finishing) {
  const file = join(temporaryFolder(context), 'aios.db');
  const from = join(temporaryFolder(context), 'backup');
  putEmptyDatabase(file);
  await fillDatabase(from);
  return { file, folder: dirname(file), from };
}

function countServices(file: string): unknown {
  const client = new Database(file);
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  const count = client.prepare('SELECT count(*) FROM model_services').pluck().get();
  client.close();
  return count;
}

describe('a restore', () => {
  test('replaces the database by a copy, and leaves nothing but that and the unchanged backup', async (context) => {
    const { file, folder, from } = await paths(context);
    const before = readFileSync(from);
    chmodSync(from, 0o444);
    expect(await restore(located(file), from)).toBe(before.length);
    expect(countServices(file)).toBe(20);
    expect(readdirSync(folder).toSorted()).toEqual(['aios.db', 'aios.db-server']);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(readFileSync(from).equals(before)).toBe(true);
    expect(readdirSync(dirname(from))).toEqual(['backup']);
  });

  test('creates a missing database and its folder', async (context) => {
    const { folder, from } = await paths(context);
    const file = join(folder, 'some/folder/aios.db');
    await restore(located(file), from);
    expect(countServices(file)).toBe(20);
  });

  test('applies nothing of the WAL that a killed server has left', async (context) => {
    const { folder, from } = await paths(context);
    const used = join(temporaryFolder(context), 'used.db');
    const file = join(folder, 'killed.db');
    const store = createSqliteStore(openSqlite(located(used)));
    await store.addResource('Model', model(), extras(), nothing);
    copyAsKilled(used, file);
    await store.close();
    await restore(located(file), from);
    const client = new Database(file);
    context.onTestFinished(() => void client.close());
    expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(client.prepare('SELECT count(*) FROM models').pluck().get()).toBe(0);
    expect(client.prepare('SELECT count(*) FROM model_services').pluck().get()).toBe(20);
  });

  test('applies nothing of the WAL of a deleted database', async (context) => {
    const { folder, from } = await paths(context);
    const used = join(temporaryFolder(context), 'used.db');
    const file = join(folder, 'gone.db');
    const store = createSqliteStore(openSqlite(located(used)));
    await store.addResource('Model', model(), extras(), nothing);
    writeFileSync(`${file}-wal`, readFileSync(`${used}-wal`));
    await store.close();
    await restore(located(file), from);
    expect(countServices(file)).toBe(20);
    expect(readdirSync(folder)).not.toContain('gone.db-wal');
  });

  test.for([
    'a file shorter than any database',
    'a file cut between two pages',
    'rubbish in the middle',
    'a newer database',
  ] as const)('replaces %s', async (name, context) => {
    const { folder, from } = await paths(context);
    const file = join(folder, 'unusable.db');
    await unusableDatabases[name].make(file);
    writeFileSync(`${file}-wal`, 'rubbish');
    await restore(located(file), from);
    expect(countServices(file)).toBe(20);
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('unusable.db'))
        .toSorted(),
    ).toEqual(['unusable.db', 'unusable.db-server']);
  });

  test('replaces the file that a link leads to, and leaves the link', async (context) => {
    const { file, from } = await paths(context);
    const link = join(temporaryFolder(context), 'link.db');
    symlinkSync(file, link);
    await restore(located(link), from);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readlinkSync(link)).toBe(file);
    expect(countServices(file)).toBe(20);
    expect(readdirSync(dirname(link))).toEqual(['link.db']);
  });

  test.skipIf(otherUser === undefined)(
    'run by root preserves the owner of the database',
    async (context) => {
      const { file, from } = await paths(context);
      chownSync(file, otherUser as number, otherUser as number);
      await restore(located(file), from);
      for (const path of [file, `${file}-server`]) {
        expect(statSync(path)).toMatchObject({ uid: otherUser, gid: otherUser });
      }
    },
  );

  test('preserves the mode of the database', async (context) => {
    const { file, from } = await paths(context);
    chmodSync(file, 0o640);
    await restore(located(file), from);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('640');
  });

  test('removes the files that a killed restore has left', async (context) => {
    const { file, folder, from } = await paths(context);
    for (const ending of ['', '-wal', '-journal']) {
      writeFileSync(`${file}-restoring${ending}`, 'rubbish');
    }
    await restore(located(file), from);
    expect(countServices(file)).toBe(20);
    expect(readdirSync(folder).toSorted()).toEqual(['aios.db', 'aios.db-server']);
  });
});

describe('restore fails and leaves the database unchanged', () => {
  test.for(Object.entries(unusableDatabases))('if the backup is %s', async ([
    ,
    database,
  ], context) => {
    const { file } = await paths(context);
    const backup = join(temporaryFolder(context), 'unusable');
    await database.make(backup);
    const before = readFileSync(file);
    const [folder, made] = [fingerprint(dirname(backup)), await expectedError(file, backup)];
    expect(made).toMatch(oneSentenceAbout(backup));
    const sentence = String(database.sentence).includes('damaged')
      ? /is not an SQLite database, or a damaged one/
      : database.sentence;
    expect(made).toMatch(sentence);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(fingerprint(dirname(backup))).toEqual(folder);
    expect(readdirSync(dirname(file)).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  test.for([
    ['has rows with dangling references', 'PRAGMA foreign_keys = OFF; DELETE FROM resources'],
    ['is not marked as this program’s', 'PRAGMA application_id = 0'],
  ] as const)('if the backup %s', async ([, statements], context) => {
    const { file, from } = await paths(context);
    const before = readFileSync(file);
    const client = new Database(from);
    client.exec(statements);
    client.close();
    expect(await expectedError(file, from)).toMatch(oneSentenceAbout(from));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('if an index of the backup differs from its rows, which a quick check does not find', async (context) => {
    const { file, from } = await paths(context);
    const execute = (statements: string) => {
      const client = new Database(from);
      client.exec(statements);
      const page = client.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'numbers'");
      const position = ((page.pluck().get() as number) - 1) * 4096;
      client.close();
      return position;
    };
    const position = execute(`CREATE TABLE listed (number int); INSERT INTO listed VALUES (5);
      CREATE INDEX numbers ON listed (number)`);
    const index = readFileSync(from).subarray(position, position + 4096);
    execute('UPDATE listed SET number = 6');
    const content = readFileSync(from);
    index.copy(content, position);
    writeFileSync(from, content);
    const client = new Database(from, { readonly: true });
    expect(client.pragma('quick_check', { simple: true })).toBe('ok');
    client.close();
    expect(await expectedError(file, from)).toBe(
      `The backup ${from} is not an SQLite database, or a damaged one.`,
    );
    expect(countServices(file)).toBe(0);
  });

  test('if the backup is missing', async (context) => {
    const { file, folder } = await paths(context);
    const from = join(folder, 'missing');
    expect(await expectedError(file, from)).toBe(`The backup ${from} is not there.`);
    expect(readdirSync(folder)).toEqual(['aios.db']);
  });

  test('if a part of the backup is in a WAL beside it', async (context) => {
    const { file, from } = await paths(context);
    const client = openSqlite(located(from));
    context.onTestFinished(() => void client.close());
    client.exec("UPDATE model_services SET name = 'x'");
    expect(await expectedError(file, from)).toBe(
      `The file ${from} is not all of a database, some of which is in ${from}-wal: make a backup of it with \`backup\`.`,
    );
  });

  test('if the backup has the path of the copy that restore makes', async (context) => {
    const { file, from } = await paths(context);
    const own = `${file}-restoring`;
    renameSync(from, own);
    const before = readFileSync(own);
    expect(await expectedError(file, own)).toBe(
      `The backup ${own} is the copy that a restore makes: give it another name.`,
    );
    expect(readFileSync(own).equals(before)).toBe(true);
  });

  test.for([
    'by its path',
    'by a link',
    'by another name',
  ])('if the backup is the database itself, %s', async (by, context) => {
    const { file, folder } = await paths(context);
    const other = join(folder, 'other');
    if (by === 'by a link') symlinkSync(file, other);
    if (by === 'by another name') linkSync(file, other);
    const from = by === 'by its path' ? file : other;
    expect(await expectedError(file, from)).toBe(`The backup ${from} is the database itself.`);
    expect(countServices(file)).toBe(0);
  });

  test.for([
    'a text file',
    'the database of another program',
    'the marked database of another program',
  ] as const)('if it is %s', async (name, context) => {
    const { folder, from } = await paths(context);
    const file = join(folder, 'others.db');
    await unusableDatabases[name].make(file);
    const before = readFileSync(file);
    expect(await expectedError(file, from)).toMatch(unusableDatabases[name].sentence);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('if it is a folder', async (context) => {
    const { folder, from } = await paths(context);
    const file = join(folder, 'folder');
    mkdirSync(file);
    expect(await expectedError(file, from)).toBe(`The database ${file} is not a file.`);
  });
});
