import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type CopyOptions, copy } from '../../src/cli/copy.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { MIGRATIONS, openErrorOf } from './databases.ts';
import { IN_FILES_TOO } from './postgres.ts';
import { withPostgres } from './postgres-client.ts';
import {
  everyCenterField,
  everyDatasetField,
  everyGroupField,
  everyInstanceField,
  everyModelField,
  everyServiceField,
  extras,
  image,
  instanceGroup,
  model,
  modelService,
  newJob,
  newUuid,
  ref,
  session,
  tag,
} from './records.ts';
import { reading, tablesOf } from './released.ts';
import { asIs, nothing } from './results.ts';

type Rows = Record<string, Record<string, unknown>[]>;

const quiet: CopyOptions = {
  migrationsFolder: 'migrations',
  print: () => {},
  clock: () => 0,
};

/** Copies a database, in this process. */
export const copyQuietly = (from: string, to: string) => copy(from, to, quiet);

/** The error message of a copy that must fail. */
export const copyError = (from: string, to: string) => openErrorOf(() => copyQuietly(from, to));

let filled: Promise<Buffer> | undefined;

/** Creates a database with rows in every table: columns set and null, and values that are hard to copy. */
export async function putFilledDatabase(file: string): Promise<void> {
  filled ??= makeFilled();
  writeFileSync(file, await filled, { mode: 0o600 });
}

async function makeFilled(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'aios-test-'));
  try {
    const file = join(folder, 'aios.db');
    await fillEveryTable(file);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fillEveryTable(file: string): Promise<void> {
  const client = openSqlite({ file, migrationsFolder: MIGRATIONS });
  const store = createSqliteStore(client);
  const hard = `{"a",b}\\ \t\r\n'${'"'} NULL null \u{1f600} Ünï 試 \u007f`;
  const services = [
    { ...everyServiceField(), modelServiceImages: [], modelServiceRefs: [] },
    modelService({
      name: hard,
      readme: '',
      size: Number.MAX_SAFE_INTEGER,
      yaml: 'x'.repeat(100_000),
    }),
    modelService({ name: '', description: hard, size: -1, createDate: 0 }),
  ];
  for (const service of services) {
    // In an order that no other column has.
    const images = ['f', '0', '8', '3'].map((digit) =>
      image(service.uuid, { uuid: digit + newUuid().slice(1), dockerImage: hard }),
    );
    const tags = ['z', 'a', hard].map((text) => tag(service.uuid, text));
    await store.addResource(
      'ModelService',
      { ...service, modelServiceImages: images },
      extras({ tags }),
      nothing,
    );
  }
  const models = [{ ...everyModelField(), modelServiceRefs: [] }, model()];
  for (const each of models) await store.addResource('Model', each, extras(), nothing);
  for (const digit of ['e', '1', '7']) {
    const bound = ref(models[0]?.uuid ?? '', services[Number(digit === '7')]?.uuid ?? '');
    await store.bindModelToService({ ...bound, uuid: digit + bound.uuid.slice(1) }, extras(), asIs);
  }
  await store.addResource('ModelCenter', everyCenterField(), extras(), asIs);
  const usedDataset = everyDatasetField();
  await store.addResource('Dataset', usedDataset, extras(), nothing);
  const usedGroup = instanceGroup({ name: hard });
  const group = everyGroupField(services[1]?.uuid ?? '', models[0]?.uuid ?? '');
  const use = { modelServiceInstanceGroupUuid: group.uuid };
  const groups = [
    usedGroup,
    {
      ...group,
      instances: [everyInstanceField(group.uuid)],
      datasetRefInventories: [{ ...use, uuid: newUuid(), datasetUuid: usedDataset.uuid }],
      modelServiceGroupRefs: [{ ...use, uuid: newUuid(), usedGroupUuid: usedGroup.uuid }],
    },
  ];
  for (const each of groups) {
    await store.addResource('ModelServiceInstanceGroup', each, extras(), nothing);
  }
  await store.setPassword(newUuid(), `scrypt$${hard}`);
  await store.saveSnapshot({ name: hard, createDate: 0, bytes: 1, state: hard });
  await store.addSession(session(), 0);
  await store
    .forJob(newJob({ hookUrl: 'http://127.0.0.1/a' }))
    .addResource('Model', model({ name: hard }), extras(), () => ({ name: hard }));
  await store.addFailedJob(newJob(), { error: { details: hard } } as never);
  const [done] = await store.pendingHooks();
  await store.addFailedJob(newJob({ hookUrl: 'http://127.0.0.1/b' }), {} as never);
  if (done) await store.changeHook({ ...done, attempts: 3, pending: false, failure: hard });
  // Some were deleted in between, as in a database in use.
  client.exec(
    "DELETE FROM tags WHERE tag = 'a'; DELETE FROM model_service_images WHERE uuid LIKE '8%'",
  );
  await store.close();
}

/** Every row of a database file, by table, in the order of position where there is one. */
export function rowsOfFile(file: string): Rows {
  return reading(file, (client) =>
    Object.fromEntries(
      tablesOf(client).map((table) => {
        const rows = client.prepare(`SELECT * FROM ${table}`).all() as Rows[string];
        return [table, inOrder(rows)];
      }),
    ),
  );
}

/** The same of a PostgreSQL database, with values as SQLite has them. */
export function rowsOfPostgres(url: string): Promise<Rows> {
  return withPostgres(url, async (client) => {
    const { rows: tables } = await client.query(
      `SELECT table_name FROM information_schema.tables WHERE ${IN_FILES_TOO} ORDER BY table_name`,
    );
    const found: Rows = {};
    for (const { table_name } of tables) {
      const columns = await client.query(
        `SELECT column_name, data_type FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name = $1`,
        [table_name],
      );
      const numbers = columns.rows.filter(({ data_type }) => data_type !== 'text');
      const { rows } = await client.query(`SELECT * FROM ${table_name}`);
      for (const row of rows) {
        for (const { column_name: name } of numbers) {
          if (row[name] !== null) row[name] = Number(row[name]);
        }
      }
      found[table_name] = inOrder(rows);
    }
    return found;
  });
}

/** By position, else by the primary key. */
function inOrder(rows: Rows[string]): Rows[string] {
  const key = (row: Record<string, unknown>) =>
    'position' in row
      ? String(row.position).padStart(20, '0')
      : String(row.uuid ?? row.job_uuid ?? row.account_uuid);
  return rows.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Changes a file, also where that breaks references. */
export function changeFile(file: string, statements: string): void {
  const client = new Database(file);
  client.pragma('foreign_keys = OFF');
  client.exec(statements);
  client.close();
}
