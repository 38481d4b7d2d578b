import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../src/settings.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { copiedTables, withSource, withTarget } from '../../src/store/sqlite/transfer.ts';
import { type CopyDatabase, dumpTables, loadTables } from '../../src/store/transfer.ts';
import {
  changeFile,
  copyError,
  copyQuietly,
  putFilledDatabase,
  rowsOfFile,
} from '../support/copies.ts';
import {
  copyAsKilled,
  fingerprint,
  MIGRATIONS,
  oneSentenceAbout,
  unusableDatabases,
} from '../support/databases.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, model } from '../support/records.ts';
import { copyRelease, damage, olderReleases, reading, releases } from '../support/released.ts';
import { nothing } from '../support/results.ts';

const located = (file: string) => ({ file, migrationsFolder: MIGRATIONS });
const at = (place: string) => ({ place, migrationsFolder: MIGRATIONS });

type Rows = Parameters<CopyDatabase['write']>[1];
type CopyValue = Rows[number][number];

/** Paths of a database with rows in every table, and of a missing one in another folder. */
async function paths(context: Finishing) {
  const from = join(temporaryFolder(context), 'from.db');
  const folder = temporaryFolder(context);
  await putFilledDatabase(from);
  return { from, folder, to: join(folder, 'to.db') };
}

/** All files but the lock file. */
const namesIn = (folder: string) => readdirSync(folder).filter((name) => !/-server$/.test(name));

describe('a copy of a file to another file', () => {
  test('has the same rows in every table, in the same order, in one file of mode 0600', async (context) => {
    const { from, folder, to } = await paths(context);
    const before = fingerprint(dirname(from));
    const rows = rowsOfFile(from);
    for (const [table, found] of Object.entries(rows)) expect(found, table).not.toEqual([]);
    const count = Object.values(rows).flat().length;

    expect(await copyQuietly(`file:${from}`, `file:${to}`)).toBe(
      `${count} rows copied from ${from} to ${to} in 0 s, each compared.`,
    );
    expect(rowsOfFile(to)).toEqual(rows);
    expect(reading(to, damage)).toEqual([]);
    expect(namesIn(folder)).toEqual(['to.db']);
    expect((statSync(to).mode & 0o777).toString(8)).toBe('600');
    expect(fingerprint(dirname(from))['from.db']).toBe(before['from.db']);
  });

  test('has commits that are only in the WAL, and nothing uncommitted', async (context) => {
    const { folder, to } = await paths(context);
    const used = join(temporaryFolder(context), 'used.db');
    const client = openSqlite(located(used));
    const store = createSqliteStore(client);
    context.onTestFinished(() => store.close());
    const added = model();
    await store.addResource('Model', added, extras(), nothing);
    client.exec(`BEGIN IMMEDIATE; INSERT INTO resources VALUES ('a', 'ModelVO')`);
    await copyQuietly(`file:${used}`, `file:${to}`);
    client.exec('COMMIT');
    expect(rowsOfFile(to).resources).toEqual([{ uuid: added.uuid, type: 'ModelVO' }]);
    expect(namesIn(folder)).toEqual(['to.db']);
  });

  test('replaces a database without rows and its WAL, and the files of a killed copy', async (context) => {
    const { from, folder, to } = await paths(context);
    const used = join(temporaryFolder(context), 'used.db');
    const client = openSqlite(located(used));
    client.exec(`INSERT INTO resources VALUES ('a', 'ModelVO'); DELETE FROM resources`);
    copyAsKilled(used, to);
    client.close();
    writeFileSync(`${to}-copying`, 'half');
    writeFileSync(`${to}-copying-journal`, 'half');
    await copyQuietly(`file:${from}`, `file:${to}`);
    expect(rowsOfFile(to)).toEqual(rowsOfFile(from));
    expect(namesIn(folder)).toEqual(['to.db']);
  });

  test.for(
    releases,
  )('has all rows of a database of $version, once that is migrated', async (release, context) => {
    const from = copyRelease(context, release);
    const to = join(temporaryFolder(context), 'to.db');
    openSqlite(located(from)).close();
    const rows = rowsOfFile(from);
    await copyQuietly(`file:${from}`, `file:${to}`);
    expect(rowsOfFile(to)).toEqual(rows);
  });

  test('copies every table and column', (context) => {
    const file = join(temporaryFolder(context), 'aios.db');
    putEmptyDatabase(file);
    const tables = reading(file, (client) =>
      client
        .prepare(
          `SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name <> 'schema_migrations'`,
        )
        .all(),
    ) as { table: string; column: string }[];
    const moved = copiedTables.flatMap(({ name, columns }) =>
      columns.map((column) => `${name}.${column.name}`),
    );
    expect(moved.toSorted()).toEqual(
      tables.map(({ table, column }) => `${table}.${column}`).toSorted(),
    );
  });
});

describe('copy fails and changes nothing', () => {
  test.for(Object.keys(unusableDatabases))('from %s', async (name, context) => {
    const from = join(temporaryFolder(context), 'from.db');
    const folder = temporaryFolder(context);
    await unusableDatabases[name as keyof typeof unusableDatabases].make(from);
    const before = fingerprint(dirname(from));
    const sentence = await copyError(`file:${from}`, `file:${join(folder, 'to.db')}`);
    expect(sentence).toMatch(oneSentenceAbout(from));
    expect(fingerprint(dirname(from))).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.for(Object.keys(unusableDatabases))('to %s', async (name, context) => {
    const { from, folder, to } = await paths(context);
    await unusableDatabases[name as keyof typeof unusableDatabases].make(to);
    const before = fingerprint(folder);
    expect(await copyError(`file:${from}`, `file:${to}`)).toMatch(oneSentenceAbout(to));
    const { 'to.db-server': _, ...after } = fingerprint(folder);
    expect(after).toEqual(before);
  });

  test.for(olderReleases)('from a database of $version', async (release, context) => {
    const from = copyRelease(context, release);
    const to = join(temporaryFolder(context), 'to.db');
    expect(await copyError(`file:${from}`, `file:${to}`)).toBe(
      `The database ${from} was written by an older version of this program: start a server of this version on it first.`,
    );
    expect(existsSync(to)).toBe(false);
  });

  test('from a missing file, which is not created', async (context) => {
    const folder = temporaryFolder(context);
    const from = join(folder, 'none.db');
    expect(await copyError(`file:${from}`, `file:${join(folder, 'to.db')}`)).toBe(
      `There is no database ${from}.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('to a database with rows in any single table', async (context) => {
    const { from, to } = await paths(context);
    for (const { name } of copiedTables) {
      await putFilledDatabase(to);
      const others = copiedTables.filter((table) => table.name !== name);
      changeFile(to, others.map((table) => `DELETE FROM ${table.name};`).join(' '));
      const before = readFileSync(to);
      expect(await copyError(`file:${from}`, `file:${to}`), name).toBe(
        `The database ${to} is not empty: name a file that is not there yet.`,
      );
      expect(readFileSync(to).equals(before)).toBe(true);
    }
  });

  test('to a database that another program has locked, which is named', async (context) => {
    const { from, to } = await paths(context);
    putEmptyDatabase(to);
    const other = openSqlite(located(to));
    context.onTestFinished(() => void other.close());
    other.pragma('journal_mode = DELETE');
    other.exec('BEGIN EXCLUSIVE');
    expect(await copyError(`file:${from}`, `file:${to}`)).toBe(
      `The database ${to} is locked by another program.`,
    );
  });

  test('to itself, also by another path', async (context) => {
    const { from, folder } = await paths(context);
    const before = fingerprint(dirname(from));
    const link = join(folder, 'link.db');
    symlinkSync(from, link);
    for (const to of [from, join(dirname(from), '.', 'from.db'), link]) {
      expect(await copyError(`file:${from}`, `file:${to}`)).toBe(
        'FROM and TO are the same database: name another one to copy to.',
      );
    }
    expect(fingerprint(dirname(from))).toEqual(before);
    // Also where there is none yet.
    expect(await copyError(`file:${folder}/none.db`, `file:${folder}/./none.db`)).toBe(
      'FROM and TO are the same database: name another one to copy to.',
    );
  });

  test.for([
    [
      'a dangling reference',
      "UPDATE hooks SET job_uuid = 'nobody' WHERE pending = 0",
      /to\.db can't be used/,
    ],
    [
      'a number that is not exact',
      'UPDATE tags SET last_op_date = 9007199254740993',
      /from\.db has in tags\.last_op_date/,
    ],
    [
      'a fraction',
      'UPDATE sessions SET expired_date = 1.5',
      /from\.db has in sessions\.expired_date/,
    ],
    [
      'bytes in the place of a text',
      "UPDATE jobs SET operation = x'00ff'",
      /from\.db has in jobs\.operation/,
    ],
    ['a flag that is neither', 'UPDATE hooks SET pending = 2', /from\.db has in hooks\.pending/],
  ] as const)('after it has begun, from a database with %s', async ([
    ,
    statement,
    sentence,
  ], context) => {
    const { from, folder, to } = await paths(context);
    changeFile(from, statement);
    expect(await copyError(`file:${from}`, `file:${to}`)).toMatch(sentence);
    expect(namesIn(folder)).toEqual([]);
  });

  test.for([
    'memory:',
    'postgres://admin:hunter2@host',
    'hunter2@postgres://host/aios',
    '/hunter2/aios.db',
  ])('for the operand %s, without repeating it', async (text, context) => {
    const file = `file:${join(temporaryFolder(context), 'aios.db')}`;
    for (const [from, to, operand] of [
      [text, file, 'FROM'],
      [file, text, 'TO'],
    ] as const) {
      const rejected = copyQuietly(from, to);
      await expect(rejected).rejects.toThrow(SettingsError);
      await expect(rejected).rejects.toThrow(
        `${operand} names no database to copy, only file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE do.`,
      );
    }
  });
});

describe('copy finds a difference, and leaves nothing behind, if the writer', () => {
  const ofValues = (corrupt: (value: CopyValue, index: number) => CopyValue) => (rows: Rows) =>
    rows.map((row) => row.map(corrupt));
  test.for<[string, string, (rows: Rows) => Rows]>([
    ['leaves out a row', 'sessions', () => []],
    ['writes an empty text for null', 'hooks', ofValues((value) => value ?? '')],
    [
      'cuts a text',
      'jobs',
      ofValues((value) => (String(value).length > 50 ? String(value).slice(0, -1) : value)),
    ],
    [
      'inverts a flag',
      'jobs',
      ofValues((value) => (typeof value === 'number' && value <= 1 ? 1 - value : value)),
    ],
    [
      'changes the order of images',
      'model_service_images',
      (rows) => rows.map(([position, ...row]) => [1000 - Number(position), ...row]).toReversed(),
    ],
    [
      'changes a number by one',
      'tags',
      ofValues((value, index) => (index > 0 && typeof value === 'number' ? value + 1 : value)),
    ],
  ])('%s', async ([, table, corrupted], context) => {
    const { from, folder, to } = await paths(context);
    const copying = withSource(at(from), (source) =>
      withTarget(at(to), (target) => {
        const write: CopyDatabase['write'] = (moved, rows) =>
          target.write(moved, moved.name === table ? corrupted(rows) : rows);
        const dump = dumpTables(source, () => {});
        return loadTables(dump, { ...target, write }, () => {});
      }),
    );
    await expect(copying).rejects.toThrow(
      `The table ${table} would not be the same in ${to}: nothing was copied.`,
    );
    expect(namesIn(folder)).toEqual([]);
  });
});
