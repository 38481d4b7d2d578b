import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dump } from '../../src/cli/dump.ts';
import { copiedTables as postgresTables, withTarget } from '../../src/store/postgres/transfer.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { copiedTables, withSource } from '../../src/store/sqlite/transfer.ts';
import { type CopyDatabase, dumpTables, loadTables } from '../../src/store/transfer.ts';
import {
  changeFile,
  copyError,
  copyQuietly,
  putFilledDatabase,
  rowsOfFile,
  rowsOfPostgres,
} from '../support/copies.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import {
  describePostgres,
  emptySchema,
  IN_FILES_TOO,
  openPostgres,
  MIGRATIONS as POSTGRES_MIGRATIONS,
  postgresDatabase,
} from '../support/postgres.ts';
import { queryPostgres } from '../support/postgres-client.ts';
import { launch } from '../support/process.ts';
import { extras, model, modelService, ref } from '../support/records.ts';
import { copyRelease, releases } from '../support/released.ts';
import { asIs, nothing } from '../support/results.ts';

const NOTHING = Object.fromEntries(copiedTables.map(({ name }) => [name, []]));

/** A database file with rows in every table, and a path where none is. */
async function files(context: Finishing) {
  const folder = temporaryFolder(context);
  const from = join(folder, 'from.db');
  await putFilledDatabase(from);
  return { from, back: join(folder, 'back.db') };
}

const dumped = (databaseUrl: Parameters<typeof dump>[0]['databaseUrl']) =>
  dump({ databaseUrl }, 'migrations');

/** Rows as every kind of database has them: without claims. */
const withoutClaims = ({ hooks = [], ...rows }: Awaited<ReturnType<typeof rowsOfPostgres>>) => ({
  ...rows,
  hooks: hooks.map(({ claimed_by: _by, claimed_until: _until, ...hook }) => hook),
});

/** Copies a file into the target as `wrap` wraps it. */
const copyThrough = (from: string, url: string, wrap: (target: CopyDatabase) => CopyDatabase) =>
  withSource({ place: from, migrationsFolder: MIGRATIONS }, (source) =>
    withTarget({ place: url, migrationsFolder: POSTGRES_MIGRATIONS }, (target) =>
      loadTables(
        dumpTables(source, () => {}),
        wrap(target),
        () => {},
      ),
    ),
  );

describePostgres('a copy between a file and PostgreSQL', () => {
  test('has the same rows of every table there and back, in the same order, and the same dump', async (context) => {
    const { from, back } = await files(context);
    const url = await emptySchema(context);
    const rows = rowsOfFile(from);
    const { host, pathname } = new URL(url);
    expect(await copyQuietly(`file:${from}`, url)).toBe(
      `${Object.values(rows).flat().length} rows copied from ${from} to ${host}${pathname} in 0 s, each compared.`,
    );
    const there = await rowsOfPostgres(url);
    expect(withoutClaims(there)).toEqual(rows);
    expect(there.hooks).toMatchObject(rows.hooks?.map(() => ({ claimed_until: 0 })) ?? []);
    await copyQuietly(url, `file:${back}`);
    expect(rowsOfFile(back)).toEqual(rows);

    const before = await dumped({ kind: 'file', path: from });
    expect(await dumped({ kind: 'postgres', url })).toBe(before);
    expect(await dumped({ kind: 'file', path: back })).toBe(before);
  });

  test('by `dump --all` and `load -` in a pipe has the same rows there and back, and shows its progress', async (context) => {
    const { from, back } = await files(context);
    const url = await emptySchema(context);
    const program = `'${process.execPath}' dist/main.js`;
    const move = (source: string, target: string) =>
      promisify(execFile)('bash', [
        '-euo',
        'pipefail',
        '-c',
        `${program} dump --all --database-url '${source}' | ${program} load - --database-url '${target}'`,
      ]);
    const { stderr } = await move(`file:${from}`, url);
    expect(stderr).toMatch(/^model_services: 3 rows copied and compared$/m);
    expect(stderr).toMatch(/is dumped in \d+ s\.$/m);
    expect(stderr).toMatch(/\d+ rows loaded into .* in \d+ s, each compared\.$/m);
    await move(url, `file:${back}`);
    expect(rowsOfFile(back)).toEqual(rowsOfFile(from));
  });

  test.for(
    releases,
  )('has all of a database of $version, once a server has brought it up to date', async (release, context) => {
    const from = copyRelease(context, release);
    const back = join(temporaryFolder(context), 'back.db');
    openSqlite({ file: from, migrationsFolder: MIGRATIONS }).close();
    const url = await postgresDatabase(context);
    await copyQuietly(`file:${from}`, url);
    await copyQuietly(url, `file:${back}`);
    expect(rowsOfFile(back)).toEqual(rowsOfFile(from));
  });

  test('moves the tables and columns of both, and every one of PostgreSQL but claims', async (context) => {
    expect(postgresTables).toEqual(copiedTables);
    const url = await postgresDatabase(context);
    const rows = await queryPostgres(
      url,
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
          WHERE ${IN_FILES_TOO}`,
    );
    const moved = copiedTables.flatMap(({ name, columns }) =>
      columns.map((column) => `${name}.${column.name}`),
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(
      [...moved, 'hooks.claimed_by', 'hooks.claimed_until'].toSorted(),
    );
  });

  test('from PostgreSQL to PostgreSQL has no claim of a server, so that any may call the hooks', async (context) => {
    const { from } = await files(context);
    const [first, second] = [await postgresDatabase(context), await postgresDatabase(context)];
    await copyQuietly(`file:${from}`, first);
    const store = await openPostgres(first);
    const claimed = await store.claimHooks([]);
    expect(claimed).not.toEqual([]);
    await copyQuietly(first, second);
    await store.close();
    const other = await openPostgres(second);
    context.onTestFinished(() => other.close());
    expect(await other.claimHooks([])).toEqual(claimed);
    expect(withoutClaims(await rowsOfPostgres(second))).toEqual(rowsOfFile(from));
  });

  test('preserves the order in a file where PostgreSQL has several at one position, and adds behind them', async (context) => {
    const url = await postgresDatabase(context);
    const store = await openPostgres(url);
    context.onTestFinished(() => store.close());
    const [bound, ...services] = [model(), modelService(), modelService(), modelService()] as const;
    await store.addResource('Model', bound, extras(), nothing);
    for (const service of services)
      await store.addResource('ModelService', service, extras(), nothing);
    for (const { uuid } of services)
      await store.bindModelToService(ref(bound.uuid, uuid), extras(), asIs);
    await queryPostgres(url, 'UPDATE model_service_refs SET position = 7');
    const order = (await store.find('Model', bound.uuid))?.modelServiceRefs;
    const file = join(temporaryFolder(context), 'aios.db');
    await copyQuietly(url, `file:${file}`);
    const copied = createSqliteStore(openSqlite({ file, migrationsFolder: MIGRATIONS }));
    context.onTestFinished(() => copied.close());
    expect((await copied.find('Model', bound.uuid))?.modelServiceRefs).toEqual(order);
    const last = modelService();
    await copied.addResource('ModelService', last, extras(), nothing);
    await copied.bindModelToService(ref(bound.uuid, last.uuid), extras(), asIs);
    const refs = (await copied.find('Model', bound.uuid))?.modelServiceRefs;
    expect(refs?.slice(0, 3)).toEqual(order);
    expect(refs?.at(3)?.modelServiceUuid).toBe(last.uuid);
  });

  test('is a snapshot while a server writes', async (context) => {
    const url = await postgresDatabase(context);
    const store = await openPostgres(url);
    context.onTestFinished(() => store.close());
    const acknowledged: string[] = [];
    let isDone = false;
    const writing = (async () => {
      while (!isDone) {
        const added = model();
        await store.addResource('Model', added, extras(), nothing);
        acknowledged.push(added.uuid);
      }
    })();
    while (acknowledged.length < 100) await setTimeout(5);
    const before = [...acknowledged];
    const file = join(temporaryFolder(context), 'aios.db');
    await copyQuietly(url, `file:${file}`);
    const during = acknowledged.length - before.length;
    isDone = true;
    await writing;
    expect(during).toBeGreaterThan(0);
    const { models = [], resources } = rowsOfFile(file);
    const copied = models.map(({ uuid }) => uuid);
    expect(copied).toEqual(expect.arrayContaining(before));
    expect(resources).toHaveLength(models.length);
  });
});

describePostgres('PostgreSQL stays empty where a copy', () => {
  test('fails in the middle', async (context) => {
    const { from } = await files(context);
    changeFile(from, "UPDATE hooks SET job_uuid = 'nobody' WHERE pending = 0");
    const url = await postgresDatabase(context);
    const { host, pathname } = new URL(url);
    expect(await copyError(`file:${from}`, url)).toContain(
      `The database ${host}${pathname} can't be used: `,
    );
    expect(await rowsOfPostgres(url)).toEqual(NOTHING);
  });

  test('finds a text that PostgreSQL can not store', async (context) => {
    const { from } = await files(context);
    changeFile(from, "UPDATE passwords SET hash = 'a' || char(0) || 'b'");
    const url = await postgresDatabase(context);
    expect(await copyError(`file:${from}`, url)).toMatch(/can't be used: /);
    expect(await rowsOfPostgres(url)).toEqual(NOTHING);
  });

  test('runs while another program writes, but for that', async (context) => {
    const { from } = await files(context);
    const url = await postgresDatabase(context);
    const copying = copyThrough(from, url, (target) => ({
      ...target,
      write: async (table, rows) => {
        await target.write(table, rows);
        // The last table.
        if (table.name !== 'hooks') return;
        await queryPostgres(url, "INSERT INTO passwords VALUES ('other', 'hash')");
      },
    }));
    await expect(copying).rejects.toThrow(/^The table passwords would not be the same in /);
    expect(await rowsOfPostgres(url)).toEqual({
      ...NOTHING,
      passwords: [{ account_uuid: 'other', hash: 'hash' }],
    });
  });
});

describePostgres('a copy is rejected', () => {
  test('to a PostgreSQL database that is not empty, which stays as it was', async (context) => {
    const { from } = await files(context);
    const url = await postgresDatabase(context);
    await queryPostgres(url, "INSERT INTO sessions VALUES ('a', 'b', 'c', 1, 2)");
    const before = await rowsOfPostgres(url);
    expect(await copyError(`file:${from}`, url)).toMatch(
      / is not empty: name another one, or a schema/,
    );
    expect(await rowsOfPostgres(url)).toEqual(before);
  });

  test('to a PostgreSQL database of another program', async (context) => {
    const { from } = await files(context);
    const url = await emptySchema(context);
    await queryPostgres(url, 'CREATE TABLE bookmarks (url text)');
    expect(await copyError(`file:${from}`, url)).toMatch(
      /has tables of another program, such as bookmarks/,
    );
    expect(await rowsOfPostgres(url)).toEqual({ bookmarks: [] });
  });

  const NEWER = "INSERT INTO schema_migrations VALUES ('f00', now())";
  test.for([
    ['newer', NEWER, /by a newer version/],
    ['older', 'DELETE FROM schema_migrations', /by an older version of this program, or by none/],
    ['empty', 'DROP TABLE schema_migrations', /by an older version of this program, or by none/],
  ] as const)('from a PostgreSQL database that is %s', async ([, statement, sentence], context) => {
    const url = await emptySchema(context);
    await (await openPostgres(url)).close();
    await queryPostgres(url, statement);
    const to = join(temporaryFolder(context), 'to.db');
    expect(await copyError(url, `file:${to}`)).toMatch(sentence);
    expect(existsSync(to)).toBe(false);
  });

  test('to itself', async (context) => {
    const url = await emptySchema(context);
    expect(await copyError(url, url)).toBe(
      'FROM and TO are the same database: name another one to copy to.',
    );
  });

  test('to a PostgreSQL database that another copy is being made to', async (context) => {
    const { from } = await files(context);
    const url = await postgresDatabase(context);
    let second = '';
    await withTarget({ place: url, migrationsFolder: POSTGRES_MIGRATIONS }, async () => {
      second = await copyError(`file:${from}`, url);
    });
    expect(second).toMatch(/^Another copy is made to the database /);
    expect(await rowsOfPostgres(url)).toEqual(NOTHING);
  });

  test('without showing the password, wherever it stands', { timeout: 60_000 }, async (context) => {
    const { from } = await files(context);
    const { host } = new URL(await emptySchema(context));
    const file = `file:${from}`;
    const ways = (url: string) => [
      [file, url],
      [url, `${file}.none`],
      ['copy', file, url],
    ];
    for (const operands of [
      'postgres://nobody:hunter2@127.0.0.1:1/aios',
      `postgres://nobody:hunter2@${host}/no_such_database`,
      `postgres://nobody@${host}/no_such_database?password=hunter2`,
      'postgres://nobody:hunter2%zz@127.0.0.1:1/aios',
      'postgres://nobody:hunter2@127.0.0.1:1/aios?sslrootcert=/no/such/file',
      'postgres://nobody:hunter2@127.0.0.1:1',
    ].flatMap(ways)) {
      const program = await launch(context, { args: ['copy', ...operands] });
      // A third operand is wrong usage.
      expect(await program.ended).toBe(operands.length - 1);
      const output = program.stdout() + program.stderr();
      expect(output).toMatch(/^aios-model-server: .+\n$/);
      expect(output).not.toContain('hunter2');
    }
  });
});
