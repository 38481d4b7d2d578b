import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseOpenError } from '../../src/store/errors.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import {
  copyAsKilled,
  fillDatabase,
  fingerprint,
  laterMigrations,
  MIGRATIONS,
  oneSentenceAbout,
  openErrorOf,
  unusableDatabases,
} from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, image, model, modelService, ref, tag } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, tagsOf } from '../support/stores.ts';

function open(context: Finishing, file: string, migrationsFolder = MIGRATIONS) {
  const client = openSqlite({ file, migrationsFolder });
  context.onTestFinished(() => void client.close());
  return createSqliteStore(client);
}

const newFile = (context: Finishing) => join(temporaryFolder(context), 'aios.db');

const expectedError = (file: string, migrationsFolder = MIGRATIONS) =>
  openErrorOf(() => openSqlite({ file, migrationsFolder }).close());

describe('opening', () => {
  test.for([
    'with its folders',
    'in an empty file',
  ])('creates a database %s, in files of mode 0600', async (how, context) => {
    const isMissing = how === 'with its folders';
    const file = join(temporaryFolder(context), isMissing ? 'some/folder/aios.db' : 'aios.db');
    if (!isMissing) writeFileSync(file, '', { mode: 0o600 });
    await open(context, file).addResource('ModelService', modelService(), extras(), nothing);
    for (const name of [file, `${file}-wal`, `${file}-shm`]) {
      expect((statSync(name).mode & 0o777).toString(8)).toBe('600');
    }
  });

  test('finds the resources stored before', async (context) => {
    const file = newFile(context);
    const service = modelService();
    for (const count of [0, 1, 1]) {
      const store = open(context, file);
      expect(await store.count('ModelService', [])).toBe(count);
      if (count === 0) await store.addResource('ModelService', service, extras(), nothing);
      await store.close();
    }
    expect(await open(context, file).find('ModelService', service.uuid)).toMatchObject(service);
  });

  test('finds all acknowledged writes of a killed process', async (context) => {
    const file = newFile(context);
    const store = open(context, file);
    const services = Array.from({ length: 5 }, () => modelService());
    for (const service of services)
      await store.addResource('ModelService', service, extras(), nothing);
    const killed = newFile(context);
    copyAsKilled(file, killed);
    const found = await open(context, killed).list('ModelService', ALL);
    expect(found.map(({ uuid }) => uuid)).toEqual(services.map(({ uuid }) => uuid).toSorted());
  });

  test('leaves one file when the store is closed', async (context) => {
    const file = newFile(context);
    await fillDatabase(file);
    expect(Object.keys(fingerprint(dirname(file)))).toEqual(['aios.db']);
  });
});

describe('opening as a store fails for a database of this program', () => {
  test.each([
    ['that lacks a table', 'DROP TABLE tags'],
    ['that lacks a column', 'ALTER TABLE models DROP COLUMN logo'],
  ])('%s', async (_, damage) => {
    const file = join(temporaryFolder({ onTestFinished }), 'aios.db');
    await fillDatabase(file);
    const client = new Database(file);
    client.exec(damage);
    client.close();

    expect(() => openSqliteStore({ file, migrationsFolder: MIGRATIONS })).toThrow(
      new DatabaseOpenError(
        `The database ${file} lacks what its migrations made: restore it from a backup, or name another file.`,
      ),
    );
    expect(Object.keys(fingerprint(dirname(file)))).toEqual(['aios.db', 'aios.db-server']);
  });
});

test('opening fails for a dangling link', async (context) => {
  const file = newFile(context);
  symlinkSync(join(dirname(file), 'missing/aios.db'), file);
  expect(await expectedError(file)).toMatch(/^The database .* can't be made \(ENOENT\)\.$/);
});

describe('opening resumes an interrupted creation or migration', () => {
  const APPLICATION_ID = 'PRAGMA application_id = 0x41494f53';
  test.for([
    ['before anything', 'PRAGMA journal_mode = WAL'],
    ['before the first table', `PRAGMA journal_mode = WAL; ${APPLICATION_ID}`],
    [
      'before the first migration',
      `PRAGMA journal_mode = WAL; ${APPLICATION_ID};
       CREATE TABLE schema_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`,
    ],
  ] as const)('%s', async ([, statements], context) => {
    const file = newFile(context);
    const client = new Database(file);
    client.exec(statements);
    client.close();
    const store = open(context, file);
    await store.addResource('Model', model(), extras(), nothing);
    expect(await store.count('Model', [])).toBe(1);
  });

  test('within a later migration, which is rolled back', async (context) => {
    const file = newFile(context);
    await fillDatabase(file);
    const folder = laterMigrations(join(temporaryFolder(context), 'later'), [
      'DROP TABLE model_services',
      'CREATE TABLE nonsense (',
    ]);
    expect(await expectedError(file, folder)).toMatch(oneSentenceAbout(file));
    expect(await open(context, file).count('ModelService', [])).toBe(20);
  });
});

test('a later migration that rebuilds a table retains the rows that refer to it', async (context) => {
  const file = newFile(context);
  const store = open(context, file);
  const bound = model();
  const { uuid } = modelService();
  const service = modelService({
    uuid,
    modelServiceImages: [image(uuid)],
    modelServiceRefs: [ref(bound.uuid, uuid)],
  });
  await store.addResource('Model', bound, extras(), nothing);
  await store.addResource('ModelService', service, extras({ tags: [tag(uuid, 'a tag')] }), nothing);
  await store.close();

  const client = new Database(file, { readonly: true });
  const rebuild = ['resources', 'models', 'model_services'].flatMap((table) => {
    const sql = client.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table);
    return [
      // As drizzle-kit writes changes that SQLite's ALTER TABLE can't do.
      'PRAGMA foreign_keys=OFF;',
      String(sql).replace(`\`${table}\``, `\`__new_${table}\``),
      `INSERT INTO __new_${table} SELECT * FROM ${table};`,
      `DROP TABLE ${table};`,
      `ALTER TABLE __new_${table} RENAME TO ${table};`,
      'PRAGMA foreign_keys=ON;',
    ];
  });
  client.close();
  const later = open(context, file, laterMigrations(join(dirname(file), 'later'), rebuild));
  expect(await later.find('ModelService', uuid)).toMatchObject(service);
  expect(await tagsOf(later, uuid)).toHaveLength(1);
});

describe('opening fails, in one sentence and without changing a file, for', () => {
  test.for(Object.entries(unusableDatabases))('%s', async ([, { make, sentence }], context) => {
    const file = newFile(context);
    await make(file);
    const before = fingerprint(dirname(file));
    const rejected = await expectedError(file);
    expect(rejected).toMatch(sentence);
    expect(rejected).toMatch(oneSentenceAbout(file));
    expect(fingerprint(dirname(file))).toEqual(before);
  });

  test('a newer database of a killed process', async (context) => {
    const file = newFile(context);
    const folder = laterMigrations(join(dirname(file), 'later'), ['CREATE TABLE later (a text)']);
    const store = open(context, file, folder);
    await store.addResource('Model', model(), extras(), nothing);
    const killed = newFile(context);
    copyAsKilled(file, killed);
    const before = fingerprint(dirname(killed));
    expect(await expectedError(killed)).toMatch(/newer version/);
    expect(fingerprint(dirname(killed))).toMatchObject(before);
  });

  test('a folder that can not be created', async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'other'));
    const before = fingerprint(folder);
    expect(await expectedError(join(folder, 'file/aios.db'))).toMatch(
      oneSentenceAbout(join(folder, 'file')),
    );
    expect(fingerprint(folder)).toEqual(before);
  });

  test('a file that another connection has locked', async (context) => {
    const file = newFile(context);
    await fillDatabase(file);
    const other = new Database(file);
    context.onTestFinished(() => void other.close());
    other.exec('BEGIN EXCLUSIVE');
    const rejected = await expectedError(file);
    expect(rejected).toMatch(/is locked by another program/);
    expect(rejected).toMatch(oneSentenceAbout(file));
  });
});
