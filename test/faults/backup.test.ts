import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join, resolve } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { copyAsKilled, MIGRATIONS } from '../support/databases.ts';
import { report } from '../support/figures.ts';
import { fill } from '../support/filled-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launch, launchServing, type Program } from '../support/process.ts';
import { percentile } from '../support/program-calls.ts';
import { newUuid } from '../support/records.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

const PROGRAM = resolve('dist/main.js');
const MB = 1024 * 1024;
const WRITERS = 16;
const BACKUPS = 12;
const KILLED_BACKUPS = 40;
const KILLED_RESTORES = 80;

interface Write {
  uuid: string;
  sentAt: number;
  /** Undefined if there was no response. */
  answeredAt?: number;
}

/** Creates a database of so many services, without a WAL. */
async function makeDatabase(file: string, services: number): Promise<void> {
  const client = openSqlite({ file, migrationsFolder: MIGRATIONS });
  const store = createSqliteStore(client);
  await fill(client, store, { services, models: 1000, centers: 10, tags: services / 10 });
  await store.close();
}

/** Adds a service with two images and a tag, and returns the status of the response. */
function addService({ url }: Program, agent: Agent, uuid: string): Promise<number | undefined> {
  const body = JSON.stringify({
    param: {
      ...requiredServiceParams,
      resourceUuid: uuid,
      architectureImages: [
        { cpuArchitecture: 'X86_64', dockerImage: 'chat:1' },
        { cpuArchitecture: 'AARCH64', dockerImage: 'chat:1' },
      ],
    },
    userTags: [uuid],
  });
  const headers = { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    request(`${url}${API}/model-services`, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () => resolve(response.statusCode))
        .on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Starts writers, which write until they are stopped. */
function startWriting(program: Program): { writes: Write[]; stop: () => Promise<void> } {
  const writes: Write[] = [];
  const agent = new Agent({ keepAlive: true });
  let stopped = false;
  const write = async () => {
    while (!stopped) {
      const made: Write = { uuid: newUuid(), sentAt: performance.now() };
      writes.push(made);
      expect(await addService(program, agent, made.uuid)).toBe(200);
      made.answeredAt = performance.now();
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, write));
  const stop = async () => {
    stopped = true;
    await writers;
    agent.destroy();
  };
  return { writes, stop };
}

/** Runs a command on the database of a folder. */
const run = (context: Finishing, cwd: string, ...args: string[]) =>
  launch(context, { cwd, args: [...args, '--database-url=file:aios.db'] });

function expectWhole(client: Database.Database): void {
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(client.pragma('foreign_key_check')).toEqual([]);
}

/** The services in a file by uuid, each with the number of its images and tags. */
function servicesIn(file: string): Map<string, string> {
  const client = new Database(file, { readonly: true });
  expectWhole(client);
  const rows = client
    .prepare(
      `SELECT uuid, (SELECT count(*) FROM model_service_images WHERE model_service_uuid = s.uuid)
         || ' images, ' || (SELECT count(*) FROM tags WHERE resource_uuid = s.uuid AND tag = s.uuid)
         || ' tags' FROM model_services s`,
    )
    .raw()
    .all() as [string, string][];
  client.close();
  return new Map(rows);
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

test('a backup under load is whole, has every write acknowledged before it and none sent after it', async (context) => {
  const cwd = temporaryFolder(context);
  const file = join(cwd, 'aios.db');
  await makeDatabase(file, 120_000);
  const size = sizeOf(file);
  expect(size).toBeGreaterThan(100 * MB);
  const env = { AIOS_DATABASE_URL: 'file:aios.db' };
  const program = await launchServing(context, { cwd, env });

  const load = startWriting(program);
  await setTimeout(3000);
  const quietEnd = performance.now();
  const backups: { path: string; began: number; ended: number }[] = [];
  let largestLog = 0;
  const watch = setInterval(() => {
    largestLog = Math.max(largestLog, sizeOf(`${file}-wal`));
  }, 20);
  for (let count = 0; count < BACKUPS; count++) {
    const began = performance.now();
    const backup = await run(context, cwd, 'backup', `backup-${count}`);
    expect(await backup.ended, backup.stderr()).toBe(0);
    backups.push({ path: join(cwd, `backup-${count}`), began, ended: performance.now() });
    await setTimeout(300);
  }
  await setTimeout(1000);
  clearInterval(watch);
  const logAfter = sizeOf(`${file}-wal`);
  await load.stop();

  const { writes } = load;
  const took = ({ sentAt, answeredAt = Number.POSITIVE_INFINITY }: Write) => answeredAt - sentAt;
  const isDuring = ({ sentAt, answeredAt = Number.POSITIVE_INFINITY }: Write) =>
    backups.some(({ began, ended }) => sentAt < ended && answeredAt > began);
  const during = writes.filter(isDuring).map(took);
  const before = writes.filter(({ sentAt }) => sentAt < quietEnd).map(took);
  let [lost, early, torn] = [0, 0, 0];
  for (const { path, began, ended } of backups) {
    const found = servicesIn(path);
    expect(found.size).toBeGreaterThan(120_000);
    for (const { uuid, sentAt, answeredAt = Number.POSITIVE_INFINITY } of writes) {
      const stored = found.get(uuid);
      if (answeredAt < began && stored === undefined) lost += 1;
      if (sentAt > ended && stored !== undefined) early += 1;
      if (stored !== undefined && stored !== '2 images, 1 tags') torn += 1;
    }
  }
  // Otherwise nothing could have been lost.
  expect(writes.filter(({ answeredAt }) => answeredAt && answeredAt < quietEnd)).not.toEqual([]);
  report('5-backup', {
    fault: `\`backup\` of a database of ${Math.round(size / MB)} MB while ${WRITERS} writers write, each backup opened and compared`,
    figures: {
      backups: backups.length,
      'writes acknowledged': writes.filter(({ answeredAt }) => answeredAt).length,
      lost,
      'included too early': early,
      torn,
      'longest backup, ms': Math.round(Math.max(...backups.map((one) => one.ended - one.began))),
      'writers’ p99, ms': Math.round(percentile(during, 99)),
      'p99 before, ms': Math.round(percentile(before, 99)),
      'largest WAL, MB': Math.round(largestLog / MB),
      'WAL afterwards, MB': Math.round(logAfter / MB),
    },
  });
  expect({ lost, early, torn }).toEqual({ lost: 0, early: 0, torn: 0 });
  expect(percentile(during, 99)).toBeLessThan(1000);
  expect(logAfter).toBeLessThan(40 * MB);
  expect(readdirSync(cwd).filter((name) => name.startsWith('backup-'))).toHaveLength(BACKUPS);
});

/** The SHA-256 of all rows of a database. */
function digestOf(client: Database.Database): string {
  const hash = createHash('sha256');
  const tables = client
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  for (const table of tables) {
    hash.update(`${table}\n`);
    for (const row of client.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).raw().iterate()) {
      hash.update(JSON.stringify(row));
    }
  }
  return hash.digest('hex');
}

/** The digest of a file and its WAL; fails if the database is damaged. */
function digestIn(file: string): string {
  const client = new Database(file);
  try {
    expectWhole(client);
    return digestOf(client);
  } finally {
    client.close();
  }
}

function digestOrDamage(file: string): string {
  try {
    return digestIn(file);
  } catch (error) {
    return String(error);
  }
}

interface Killed {
  /** Whether it was killed before it had ended. */
  killed: boolean;
  /** How long it ran, in milliseconds. */
  lasted: number;
}

/** Runs a command and kills it `delay` milliseconds after a condition is met. */
async function runAndKill(
  cwd: string,
  args: string[],
  { after, delay }: { after: () => boolean; delay: number },
): Promise<Killed> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args, '--database-url=file:aios.db'], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: 'ignore',
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const exit = once(child, 'exit');
  while (isRunning() && !after()) await setImmediate();
  await Promise.race([exit, setTimeout(delay)]);
  child.kill('SIGKILL');
  const [, signal] = await exit;
  return { killed: signal === 'SIGKILL', lasted: performance.now() - start };
}

const atOnce = () => true;

describe('kill -9 at any moment', () => {
  test('of a backup leaves no FILE or a whole one, and the database unchanged', async (context) => {
    const cwd = temporaryFolder(context);
    const file = join(cwd, 'aios.db');
    await makeDatabase(file, 15_000);
    const digest = digestIn(file);
    const copy = join(cwd, 'copy');
    const tidy = () => {
      for (const name of readdirSync(cwd)) {
        if (!name.startsWith('aios.db')) rmSync(join(cwd, name), { recursive: true });
      }
    };
    const whole = await runAndKill(cwd, ['backup', 'copy'], { after: atOnce, delay: 60_000 });
    expect(whole.killed).toBe(false);
    expect(digestIn(copy)).toBe(digest);
    tidy();

    let [killed, unfinished, complete] = [0, 0, 0];
    const half: string[] = [];
    for (let round = 0; round < KILLED_BACKUPS; round++) {
      const moment =
        round % 2 === 0
          ? { after: atOnce, delay: whole.lasted * Math.random() }
          : {
              // After the backup has created its folder.
              after: () => readdirSync(cwd).some((name) => name.startsWith('copy')),
              delay: whole.lasted * Math.random(),
            };
      const end = await runAndKill(cwd, ['backup', 'copy'], moment);
      if (end.killed) killed += 1;
      const left = readdirSync(cwd).filter((name) => name.startsWith('copy-'));
      if (existsSync(copy)) {
        const found = digestOrDamage(copy);
        if (found === digest) complete += 1;
        else half.push(found);
      } else if (left.length > 0) {
        unfinished += 1;
      }
      // It must leave no file that SQLite would apply to FILE as a WAL or a journal.
      for (const name of left) expect(name).toMatch(/^copy-\w{6}$/);
      tidy();
    }
    expect(digestIn(file)).toBe(digest);
    expect(killed).toBeGreaterThan(KILLED_BACKUPS / 4);
    expect(unfinished).toBeGreaterThan(0);
    report('5-backup-killed', {
      fault: '`kill -9` of a backup at random moments',
      figures: {
        rounds: KILLED_BACKUPS,
        killed,
        'killed while copying': unfinished,
        'whole files': complete,
        'partial files': half.length,
      },
    });
    expect(half).toEqual([]);
  });

  test('of a restore leaves the whole old database or the whole new one, which can be served', async (context) => {
    const templates = temporaryFolder(context);
    const [old, backup] = [join(templates, 'old.db'), join(templates, 'backup')];
    await makeDatabase(backup, 8_000);
    const newDigest = digestIn(backup);
    const oldDigest = await leaveAsKilled(old);
    expect(sizeOf(`${old}-wal`)).toBeGreaterThan(MB / 2);

    const cwd = temporaryFolder(context);
    const file = join(cwd, 'aios.db');
    const lay = () => {
      for (const name of readdirSync(cwd)) rmSync(join(cwd, name), { recursive: true });
      copyAsKilled(old, file);
    };
    lay();
    const whole = await runAndKill(cwd, ['restore', backup], { after: atOnce, delay: 60_000 });
    expect(whole.killed).toBe(false);
    expect(digestIn(file)).toBe(newDigest);

    let [killed, storedOld, gotNew, within] = [0, 0, 0, 0];
    const mixed: string[] = [];
    for (let round = 0; round < KILLED_RESTORES; round++) {
      lay();
      const [wal, inode] = [`${file}-wal`, statSync(file).ino];
      // Half of the rounds aim at the moment of the rename, right after the old WAL is removed.
      const moment =
        round % 2 === 0
          ? { after: atOnce, delay: whole.lasted * Math.random() }
          : {
              after: () => sizeOf(wal) === 0 || statSync(file).ino !== inode,
              delay: 80 * Math.random() ** 2,
            };
      const end = await runAndKill(cwd, ['restore', backup], moment);
      if (end.killed) killed += 1;
      if (end.killed && sizeOf(wal) === 0) within += 1;
      if (round % 10 === 1) {
        const env = { AIOS_DATABASE_URL: 'file:aios.db' };
        const program = await launchServing(context, { cwd, env });
        expect(program.stderr()).toBe('');
        expect(program.url).not.toBe('');
        program.signal('SIGTERM');
        expect(await program.ended).toBe(0);
      }
      const found = digestOrDamage(file);
      if (found === oldDigest) storedOld += 1;
      else if (found === newDigest) gotNew += 1;
      else mixed.push(found);
    }
    expect(killed).toBeGreaterThan(KILLED_RESTORES / 4);
    expect(storedOld).toBeGreaterThan(0);
    expect(gotNew).toBeGreaterThan(0);
    expect(digestIn(backup)).toBe(newDigest);
    report('5-restore', {
      fault: '`kill -9` of a restore at random moments, over a database with a log',
      figures: {
        rounds: KILLED_RESTORES,
        killed,
        'killed after the old log went': within,
        'whole old database': storedOld,
        'whole new database': gotNew,
        mixed: mixed.length,
      },
    });
    expect(mixed).toEqual([]);

    // A later restore succeeds whatever killed ones have left.
    lay();
    writeFileSync(`${file}-restoring`, 'half a copy');
    const last = await runAndKill(cwd, ['restore', backup], { after: atOnce, delay: 60_000 });
    expect(last.killed).toBe(false);
    expect(readdirSync(cwd).toSorted()).toEqual(['aios.db', 'aios.db-server']);
  });
});

/** Creates a database as a killed server leaves it, with commits that are only in the WAL, and returns its digest. */
async function leaveAsKilled(file: string): Promise<string> {
  const used = `${file}-used`;
  await makeDatabase(used, 4_000);
  const client = openSqlite({ file: used, migrationsFolder: MIGRATIONS });
  client.pragma('wal_autocheckpoint = 0');
  client.exec("UPDATE model_services SET description = 'only in the WAL'");
  copyAsKilled(used, file);
  const digest = digestOf(client);
  client.close();
  return digest;
}
