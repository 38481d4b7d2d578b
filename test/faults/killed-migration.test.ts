import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { report } from '../support/figures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launchServing } from '../support/process.ts';
import {
  copyRelease,
  damage,
  olderReleases,
  type Release,
  reading,
  tablesOf,
} from '../support/released.ts';
import { API, SESSION } from '../support/server.ts';

/** A migration of so many takes long enough to be killed in. */
const SERVICES = 50_000;
/** With each release's database; in each the program is killed several times before it may finish. */
const ROUNDS = 5;
const KILLS = 4;

const env = { AIOS_DATABASE_URL: 'file:aios.db', AIOS_PORT: '0', AIOS_SESSION: SESSION };

/** Copies one of a table's rows so many times, with these columns made of the number `i`. */
function multiply(client: Database.Database, table: string, made: Record<string, string>): void {
  const columns = (client.pragma(`table_info(${table})`) as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== 'position');
  client.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${SERVICES}),
      one AS MATERIALIZED (SELECT * FROM ${table} ORDER BY rowid LIMIT 1)
    INSERT INTO ${table} (${columns.join(', ')})
    SELECT ${columns.map((name) => made[name] ?? name).join(', ')} FROM n, one`);
}

/** Fills a release's database, by its own schema, with services that have an image, a binding and a tag each. */
function enlarge(file: string): void {
  const uuid = (kind: string) => `printf('${kind}%010x40008%015x', i, i)`;
  const service = uuid('5e');
  const client = new Database(file);
  try {
    client.pragma('foreign_keys = ON');
    client.transaction(() => {
      multiply(client, 'resources', { uuid: service, type: "'ModelServiceVO'" });
      multiply(client, 'model_services', { uuid: service, name: "'service ' || i" });
      multiply(client, 'model_service_images', { uuid: uuid('1a'), model_service_uuid: service });
      const bound = { uuid: uuid('0e'), model_service_uuid: service, is_default: '0' };
      multiply(client, 'model_service_refs', bound);
      const tagged = { resource_uuid: service, resource_type: "'ModelServiceVO'" };
      multiply(client, 'tags', { uuid: uuid('07'), ...tagged, tag: "'tag ' || i % 100" });
    })();
    // Those of long ago would be swept.
    if (tablesOf(client).includes('jobs')) {
      client.prepare('UPDATE jobs SET create_date = ?').run(Date.now());
    }
  } finally {
    client.close();
  }
}

/** The columns of each table. */
const columnsOf = (client: Database.Database): Map<string, string[]> =>
  new Map(
    tablesOf(client).map((table) => [
      table,
      (client.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name),
    ]),
  );

/** How many rows each table has, and what they hold in these columns. */
function contents(
  client: Database.Database,
  columns: Map<string, string[]>,
): Record<string, string> {
  return Object.fromEntries(
    [...columns].map(([table, names]) => {
      const hash = createHash('sha256');
      let rows = 0;
      for (const row of client
        .prepare(`SELECT ${names} FROM ${table} ORDER BY rowid`)
        .raw()
        .iterate()) {
        hash.update(JSON.stringify(row));
        rows++;
      }
      return [table, `${rows} rows: ${hash.digest('hex')}`];
    }),
  );
}

/** What is defined in a database, and which migrations it has. */
function schemaOf(client: Database.Database): unknown[] {
  return [
    ...client.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all(),
    ...client.prepare('SELECT hash FROM schema_migrations ORDER BY created_at').all(),
  ];
}

/** When the log was last written to; undefined while it is empty. */
function writtenAt(file: string): number | undefined {
  const stats = statSync(`${file}-wal`, { throwIfNoEntry: false });
  return stats?.size ? stats.mtimeMs : undefined;
}

/**
 * Starts the program on a database and kills it.
 * @param isTime whether to kill it, by the milliseconds since its first write; called repeatedly
 * @returns these milliseconds
 */
async function startAndKill(
  file: string,
  isTime: (milliseconds: number) => boolean,
): Promise<number> {
  const before = writtenAt(file);
  const child = spawn(process.execPath, [resolve('dist/main.js')], {
    cwd: dirname(file),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  const until = async (isReached: () => boolean) => {
    while (!isReached()) {
      if (child.exitCode !== null) throw new Error('the program ended by itself');
      await setTimeout(2);
    }
  };
  try {
    await until(() => ![before, undefined].includes(writtenAt(file)));
    const began = performance.now();
    await until(() => isTime(performance.now() - began));
    return performance.now() - began;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

describe('the program is killed in the middle of a migration', () => {
  const totals = { rounds: 0, kills: 0, whileMigrating: 0, afterwards: 0, rows: 0 };
  const lost: string[] = [];
  const half: string[] = [];

  test.for(
    olderReleases.map((release): [string, Release] => [release.version, release]),
  )('the database of %s is as it was, or up to date, and then has everything', async ([
    ,
    release,
  ], context) => {
    const large = copyRelease(context, release);
    const newest = copyRelease(context, release);
    openSqlite({ file: newest, migrationsFolder: MIGRATIONS }).close();
    const schema = { newest: reading(newest, schemaOf), old: reading(large, schemaOf) };
    expect(schema.newest).not.toEqual(schema.old);
    enlarge(large);
    const columns = reading(large, columnsOf);
    // The hook that is still to be called is tried as soon as the program serves.
    if (columns.has('hooks')) columns.set('hooks', ['job_uuid', 'url']);
    const before = reading(large, (client) => contents(client, columns));

    const folder = temporaryFolder(context);
    const file = join(folder, 'aios.db');
    const startAnew = () => {
      for (const ending of ['', '-wal', '-shm', '-server']) rmSync(file + ending, { force: true });
      copyFileSync(large, file);
    };
    startAnew();
    const isNewest = (client: Database.Database) =>
      isDeepStrictEqual(schemaOf(client), schema.newest);
    const takes = await startAndKill(file, () => reading(file, isNewest));
    let whileMigrating = 0;
    for (let round = 0; round < ROUNDS; round++) {
      startAnew();
      for (let kill = 0; kill < KILLS; kill++) {
        const lasts = Math.random() * takes * 1.1;
        await startAndKill(file, (milliseconds) => milliseconds >= lasts);
        totals.kills++;
        const found = reading(file, schemaOf);
        const isOld = isDeepStrictEqual(found, schema.old);
        if (isOld) whileMigrating++;
        else if (isDeepStrictEqual(found, schema.newest)) totals.afterwards++;
        else half.push(`${release.version}: ${JSON.stringify(found)}`);
        if (!isOld) break;
      }
      expect(half).toEqual([]);
      const program = await launchServing(context, { cwd: folder, env });
      expect(program.stderr()).toBe('');
      for (const path of ['model-services', 'models']) {
        const response = await fetch(`${program.url}${API}/${path}?count=true`, {
          headers: { authorization: `OAuth ${SESSION}` },
        });
        const table = path.replace('-', '_');
        const rows = Number.parseInt(before[table] ?? '', 10);
        expect(await response.json()).toEqual({ success: true, total: rows });
      }
      program.signal('SIGTERM');
      expect(await program.ended).toBe(0);
      reading(file, (client) => {
        expect(schemaOf(client)).toEqual(schema.newest);
        expect(damage(client)).toEqual([]);
        const after = contents(client, columns);
        for (const [table, rows] of Object.entries(before)) {
          if (after[table] !== rows) lost.push(`${release.version}: ${table} ${after[table]}`);
        }
      });
      totals.rounds++;
    }
    expect(lost).toEqual([]);
    expect(whileMigrating).toBeGreaterThan(0);
    totals.whileMigrating += whileMigrating;
    const counts = Object.values(before).map((rows) => Number.parseInt(rows, 10));
    totals.rows = Math.max(
      totals.rows,
      counts.reduce((sum, count) => sum + count, 0),
    );
  });

  test('and each release was killed so', () => {
    expect(totals.rounds).toBe(ROUNDS * olderReleases.length);
    report('4-upgrade', {
      fault: '`kill -9` in the middle of a migration',
      figures: {
        releases: olderReleases.length,
        'rows at most': totals.rows,
        rounds: totals.rounds,
        kills: totals.kills,
        'killed while migrating': totals.whileMigrating,
        'killed when it was done': totals.afterwards,
        lost: lost.length,
        'partly migrated': half.length,
      },
    });
  });
});
