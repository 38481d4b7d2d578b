import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/store/sqlite/driver.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { DatabaseRefused } from '../../src/store/sqlite/refusal.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { copyAsKilled, fingerprint, MIGRATIONS } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, modelCenter, newUuid, session, tag } from '../support/records.ts';
import { asIs, nothing } from '../support/results.ts';
import { ALL, set, tagsOf, where } from '../support/stores.ts';

/** A folder with the first migration alone, as the version before had it. */
function firstMigration(folder: string): string {
  mkdirSync(join(folder, 'meta'), { recursive: true });
  cpSync(join(MIGRATIONS, '0000_first.sql'), join(folder, '0000_first.sql'));
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8'));
  expect(journal.entries.length).toBeGreaterThan(1);
  const entries = journal.entries.filter(({ tag }: { tag: string }) => tag === '0000_first');
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  return folder;
}

type Row = Record<string, string | number | null>;

function insert(client: Database, table: string, row: Row): void {
  const columns = Object.keys(row);
  const placeholders = columns.map((column) => `@${column}`).join(', ');
  client.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${placeholders})`).run(row);
}

/** A value for a column of the earlier database, unlike that of any other column. */
function valueFor({ name, type }: { name: string; type: string }, index: number): string | number {
  if (type.toLowerCase() === 'integer')
    return /^(system|has_|supp|is_)/.test(name) ? 1 : 1000 + index;
  if (name === 'vendor_to_spec_uuids_map') return '{"NVIDIA":["a"]}';
  if (/^(cpu_architectures|tag_uuids)$/.test(name)) return '["x86_64"]';
  if (name === 'recommended_gpu_num') return '[1,2,4]';
  return `${name} 标签 '"`;
}

const uuids = {
  service: newUuid(),
  minimalService: newUuid(),
  model: newUuid(),
  center: `ABCDEF${newUuid().slice(6)}`,
};

/** One row of each table with every column set, and a service with only what must be. */
function fillEarlier(client: Database): void {
  const columnsOf = (table: string) =>
    client.pragma(`table_info(${table})`) as { name: string; type: string; notnull: number }[];
  const full = (table: string, given: Row): Row => ({
    ...Object.fromEntries(
      columnsOf(table).map((column, index) => [column.name, valueFor(column, index)]),
    ),
    ...given,
  });
  const { service, minimalService, model, center } = uuids;
  for (const [uuid, type] of [
    [service, 'ModelServiceVO'],
    [minimalService, 'ModelServiceVO'],
    [model, 'ModelVO'],
  ] as const) {
    insert(client, 'resources', { uuid, type });
  }
  const one = full('model_services', {
    uuid: service,
    type: 'Endpoint',
    source: 'Other',
    name: 'Chat',
    model_center_uuid: center,
  });
  insert(client, 'model_services', one);
  const required = columnsOf('model_services').filter(({ notnull }) => notnull === 1);
  const minimal = required.map(({ name }) => [name, one[name] ?? null]);
  insert(client, 'model_services', { ...Object.fromEntries(minimal), uuid: minimalService });
  insert(client, 'models', full('models', { uuid: model, model_center_uuid: center }));
  const ref = { model_uuid: model, model_service_uuid: service, is_default: 1 };
  insert(client, 'model_service_refs', full('model_service_refs', ref));
  for (const [position, cpu] of ['aarch64', 'x86_64'].entries()) {
    const image = { position, uuid: newUuid(), cpu_architecture: cpu, model_service_uuid: service };
    insert(client, 'model_service_images', full('model_service_images', image));
  }
  for (const [position, type] of ['User', 'System'].entries()) {
    const own = { position, uuid: newUuid(), type, resource_uuid: service };
    const tagged = { ...own, resource_type: 'ModelServiceVO' };
    insert(client, 'tags', full('tags', tagged));
  }
  insert(client, 'sessions', full('sessions', { uuid: newUuid() }));
}

/** Every row of the tables. */
function dump(file: string): Record<string, Row[]> {
  const client = new Database(file, { readonly: true });
  try {
    const tables = client
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migrations'",
      )
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables.map((table) => [table, client.prepare(`SELECT * FROM ${table}`).all() as Row[]]),
    );
  } finally {
    client.close();
  }
}

/** A database file as the version before left it, and its migrations. */
function earlierDatabase(context: Finishing) {
  const folder = temporaryFolder(context);
  const migrations = firstMigration(join(folder, 'migrations'));
  const file = join(folder, 'data/aios.db');
  const client = openSqlite({ file, migrationsFolder: migrations });
  fillEarlier(client);
  return { file, migrations, client };
}

function upgraded(context: Finishing, file: string) {
  const client = openSqlite({ file, migrationsFolder: MIGRATIONS });
  context.onTestFinished(() => void client.close());
  return createSqliteStore(client);
}

describe('a database of the version before', () => {
  test('keeps every row and value, and its new columns are what a new resource has', async (context) => {
    const { file, client } = earlierDatabase(context);
    client.close();
    const before = dump(file);
    expect(Object.keys(before)).toHaveLength(7);
    for (const [table, rows] of Object.entries(before)) {
      expect(rows.length, table).toBeGreaterThan(0);
    }
    await upgraded(context, file).close();

    const after = dump(file);
    const expected = {
      ...before,
      models: before.models?.map((row) => ({ ...row, model_classifications: '[]' })),
      tags: before.tags?.map((row) => ({ ...row, inherent: 0 })),
      model_centers: [],
      passwords: [],
      jobs: [],
      hooks: [],
    };
    expect(after).toEqual(expected);
  });

  test('is answered from as if it had been made anew', async (context) => {
    const { file, client } = earlierDatabase(context);
    client.close();
    const store = upgraded(context, file);
    const service = await store.find('ModelService', uuids.service);
    expect(service?.modelServiceImages.map(({ cpuArchitecture }) => cpuArchitecture)).toEqual([
      'aarch64',
      'x86_64',
    ]);
    expect(service?.modelServiceRefs).toHaveLength(1);
    expect(await store.find('Model', uuids.model)).toMatchObject({
      modelClassifications: [],
      modelServiceRefs: service?.modelServiceRefs,
      recommendedGpuNum: [1, 2, 4],
      isLatestVersion: true,
    });
    expect(await tagsOf(store, uuids.service)).toMatchObject([
      { type: 'System', inherent: false },
      { type: 'User', inherent: false },
    ]);
    const named = [where('ModelService', 'name', { is: '=', value: 'chat' })];
    expect(await store.list('ModelService', { ...ALL, conditions: named })).toHaveLength(2);
    const tagged = [where('ModelService', '__userTag__', { is: 'present' })];
    expect(await store.count('ModelService', tagged)).toBe(1);
    const minimal = set(await store.find('ModelService', uuids.minimalService));
    expect(minimal).not.toHaveProperty('description');
  });

  test('goes on as any other: its rows are added up, changed and deleted', async (context) => {
    const { file, client } = earlierDatabase(context);
    client.close();
    const store = upgraded(context, file);
    const [sizes] = [await store.list('ModelService', ALL)];
    const center = modelCenter({ uuid: uuids.center.toLowerCase() });
    const { size = 0 } = (await store.find('Model', uuids.model)) ?? {};
    expect(await store.addModelCenter(center, extras(), asIs)).toMatchObject({
      modelUsedCapacity: size,
      modelServiceUsedCapacity: sizes.reduce((sum, one) => sum + one.size, 0),
    });
    expect(size).toBeGreaterThan(0);

    const modelClassifications = ['a classification'];
    const change = (current: object) => ({ ...current, modelClassifications }) as never;
    await store.changeModel(uuids.model, change, extras(), asIs);
    expect(await store.find('Model', uuids.model)).toMatchObject({ modelClassifications });

    await store.addTag(tag(uuids.service, 'one more', { type: 'System' }), nothing);
    const known = session();
    await store.addSession(known, 0);
    await store.setPassword(known.accountUuid, 'a hash');
    expect(await store.findSession(known.uuid, 0)).toBeUndefined();

    await store.deleteResources('ModelServiceVO', [uuids.service, uuids.minimalService], nothing);
    await store.deleteModelCenter(center.uuid, { withModels: true }, nothing);
    const {
      resources,
      tags,
      models,
      model_service_refs: refs,
      model_service_images: images,
    } = dump(file);
    expect({ resources, tags, models, refs, images }).toEqual({
      ...{ resources: [], tags: [], models: [], refs: [], images: [] },
    });
  });

  test('is upgraded also where its process was killed', async (context) => {
    const { file, client } = earlierDatabase(context);
    context.onTestFinished(() => void client.close());
    const killed = join(temporaryFolder(context), 'aios.db');
    copyAsKilled(file, killed);
    const store = upgraded(context, killed);
    expect(await store.count('ModelService', [])).toBe(2);
    expect(await store.count('UserTag', [])).toBe(1);
  });

  test('is refused by the version before once it is upgraded, and stays as it is', async (context) => {
    const { file, migrations, client } = earlierDatabase(context);
    client.close();
    await upgraded(context, file).close();
    const before = fingerprint(dirname(file));
    const reopen = () => openSqlite({ file, migrationsFolder: migrations }).close();
    expect(reopen).toThrow(DatabaseRefused);
    expect(reopen).toThrow(/was written by a newer version/);
    expect(fingerprint(dirname(file))).toEqual(before);
  });
});
