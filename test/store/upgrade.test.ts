import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { DatabaseOpenError } from '../../src/store/errors.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { copyAsKilled, fingerprint, MIGRATIONS } from '../support/databases.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { logIn } from '../support/logins.ts';
import {
  copyRelease,
  damage,
  migrations,
  migrationsOf,
  olderReleases,
  type Release,
  reading,
  releases,
  tablesOf,
} from '../support/released.ts';
import { API, ROOT, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

type Row = Record<string, string | number | null>;
type Dump = Record<string, Row[]>;

/** What each migration adds: new tables, and new columns with the values of a new resource. */
const additions: Record<string, (before: Dump) => Dump> = {
  '0001_whole_life': ({ models = [], tags = [] }) => ({
    models: models.map((row) => ({ ...row, model_classifications: '[]' })),
    tags: tags.map((row) => ({ ...row, inherent: 0 })),
    model_centers: [],
    passwords: [],
  }),
  '0002_jobs': () => ({ jobs: [], hooks: [] }),
  '0003_covering_parts': () => ({}),
  '0004_computed_values': ({ models = [] }) => ({
    models: models.map((row) => {
      const sum = Number(row.size) + Number(row.extra_gpu_mem_request);
      const memory = Number(row.size) > 0 ? sum : null;
      return { ...row, min_gpu_memory: memory, recommended_gpu_memory: memory };
    }),
  }),
  '0005_datasets': () => ({ datasets: [] }),
  '0006_deployments': () => ({
    model_service_instance_groups: [],
    model_service_instances: [],
    model_service_group_dataset_refs: [],
    model_service_group_refs: [],
  }),
  '0007_snapshots': () => ({ snapshots: [] }),
};

/** Every row of a database, by table. */
function dump(file: string): Dump {
  return reading(file, (client) =>
    Object.fromEntries(
      tablesOf(client).map((table) => [
        table,
        client.prepare(`SELECT * FROM ${table}`).all() as Row[],
      ]),
    ),
  );
}

test('an upgrade of an older database is announced, the start of a new or upgraded one is not', (context) => {
  const steps: string[] = [];
  const open = (file: string) => {
    openSqlite({ file, migrationsFolder: MIGRATIONS, onStep: (step) => steps.push(step) }).close();
    return steps.splice(0);
  };
  const [oldest] = releases;
  const file = copyRelease(context, oldest as Release);
  expect(open(file)).toEqual([
    `The database ${file} is brought up to date, which may take some seconds.`,
  ]);
  expect(open(file)).toEqual([]);
  expect(open(join(dirname(file), 'new.db'))).toEqual([]);
});

function upgrade(file: string): void {
  openSqlite({ file, migrationsFolder: MIGRATIONS }).close();
}

/** A clock that stands some seconds after the release's database was written. */
const momentsAfter =
  ({ madeAt }: Release) =>
  () =>
    madeAt + 5000;

/** An answer without what a migration computed (F27). */
const withoutComputed = (answer: unknown) =>
  JSON.parse(JSON.stringify(answer), (name, value) =>
    /^(min|recommended)GpuMemory$/.test(name) ? undefined : value,
  );

async function inventories(server: Server, path: string) {
  const { status, body } = await server.get(path);
  expect(status).toBe(200);
  return body.inventories;
}

test('there is a database of a release for every migration', () => {
  expect(releases.map(({ migration }) => migration)).toEqual(migrations);
});

const named = (some: Release[]) =>
  some.map((release) => [`${release.version} (${release.migration})`, release] as const);

describe.for(named(releases))('a database of %s', ([, release]) => {
  test('retains every row and value when migrated, and new columns have the values of a new resource', (context) => {
    const file = copyRelease(context, release);
    const before = dump(file);
    for (const table of ['models', 'model_services', 'model_service_images', 'tags'])
      expect(before[table]?.length, table).toBeGreaterThan(1);
    upgrade(file);
    const later = migrations.slice(migrations.indexOf(release.migration) + 1);
    const expected = { ...before };
    for (const migration of later) Object.assign(expected, additions[migration]?.(expected));
    expect(dump(file)).toEqual(expected);
    expect(reading(file, damage)).toEqual([]);
  });

  describe('once migrated', () => {
    const file = copyRelease({ onTestFinished: (done) => afterAll(done as () => void) }, release);
    const server = sharedServer({ database: file, clock: momentsAfter(release) });

    test('answers the requests of that time as then', async () => {
      const paths = Object.keys(release.answers);
      expect(paths).toEqual(expect.arrayContaining([`${API}/model-services`, `${API}/models`]));
      for (const path of paths) {
        const { status, body } = await server().get(path);
        const expected = withoutComputed(release.answers[path]);
        expect(withoutComputed({ status, body }), path).toEqual(expected);
      }
    });

    test('is searched like a new database', async () => {
      const namesOf = async (...conditions: string[]) => {
        const { body } = await server().query(`${API}/model-services`, conditions);
        return body.inventories.map(({ name }: { name: string }) => name).toSorted();
      };
      expect(new Set(await namesOf('name=SMALL'))).toEqual(new Set(['small']));
      expect(await namesOf('__userTag__=updated')).toEqual(['updated']);
      expect(await namesOf('modelServiceImages.cpuArchitecture=mips64el')).toEqual(['updated']);
      expect(await namesOf('__systemTag__=team::chat', 'readme=# A readme')).toEqual(['clone']);
      for (const tag of await inventories(server(), `${ROOT}/system-tags`)) {
        expect(tag).toMatchObject({ type: 'System', inherent: false });
      }
    });

    test.skipIf(release.password === undefined)(
      'accepts the sessions and the password of that time',
      async () => {
        const { session = '', password } = release;
        expect((await server().get(`${API}/models`, { session })).status).toBe(200);
        expect((await logIn(server(), password)).body).toMatchObject({ success: true });
      },
    );
  });

  test.skipIf(release.pendingHook === undefined)(
    'has its pending hook called, and no other',
    async (context) => {
      const receiver = await openReceiver();
      const file = copyRelease(context, release);
      const client = new Database(file);
      client
        .prepare(
          "UPDATE hooks SET url = replace(url, substr(url, 1, instr(substr(url, 8), '/') + 6), ?)",
        )
        .run(receiver.url);
      client.close();
      const hookTiming = { first: 0 };
      const server = await startServer({
        database: file,
        clock: momentsAfter(release),
        hookTiming,
      });
      await receiver.called(1);
      const { pendingHook = '' } = release;
      const [call] = receiver.calls;
      expect(call?.headers).toMatchObject({
        'x-job-uuid': pendingHook,
        'x-job-success': 'true',
      });
      const job = release.answers[`${ROOT}/api-jobs/${pendingHook}`];
      expect(JSON.parse(call?.body ?? '')).toEqual(job?.body);
      await expect.poll(() => server.rows('hooks', 'pending = 1')).toEqual([]);
      expect(receiver.calls).toHaveLength(1);
    },
  );

  test('can be opened after its process was killed', (context) => {
    const file = copyRelease(context, release);
    const client = new Database(file);
    context.onTestFinished(() => void client.close());
    client.pragma('journal_mode = WAL');
    client.exec("UPDATE model_services SET name = 'written last'");
    const killed = join(temporaryFolder(context), 'aios.db');
    copyAsKilled(file, killed);
    upgrade(killed);
    const names = dump(killed).model_services?.map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(['written last']));
  });
});

describe.for(named(olderReleases))('a database of %s', ([, release]) => {
  test('can not be opened by its release once migrated, and stays unchanged', (context) => {
    const file = copyRelease(context, release);
    const migrationsFolder = migrationsOf(context, release);
    openSqlite({ file, migrationsFolder }).close();
    upgrade(file);
    const before = fingerprint(dirname(file));
    const reopen = () => openSqlite({ file, migrationsFolder }).close();
    expect(reopen).toThrow(DatabaseOpenError);
    expect(reopen).toThrow(/was written by a newer version/);
    expect(fingerprint(dirname(file))).toEqual(before);
  });
});
