import { readdirSync, readFileSync } from 'node:fs';
import {
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from 'drizzle-kit/api';
import { describe, expect, test } from 'vitest';
import { renderOpenapi } from '../src/scripts/openapi.ts';
import { documents } from '../src/scripts/readme.ts';
import { renderTables } from '../src/scripts/tables.ts';
import { control, tables as postgresTables } from '../src/store/postgres/tables.ts';
import { tables as sqliteTables } from '../src/store/sqlite/tables.ts';
import { failoverTables, reliabilityTables } from './support/figures.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const json = (file: string) => JSON.parse(read(file));

describe('a generated file is up to date', () => {
  test('the OpenAPI document with its examples: else run `npm run openapi`', async () => {
    const files = Object.entries(await renderOpenapi());
    expect(files.map(([file]) => file)).toContain('openapi/openapi-3.0.json');
    for (const [file, text] of files) expect(read(file)).toBe(text);
  });

  test.each(
    Object.entries(documents),
  )('the tables of %s: else run `npm run readme`', (file, tables) => {
    expect(read(file)).toBe(renderTables(read(file), tables));
  });

  test.each([
    ['docs/reliability.md', reliabilityTables()],
    ['docs/scale.md', failoverTables()],
  ])('the table of %s: `npm run test:faults` writes it', (file, tables) => {
    expect(read(file)).toBe(renderTables(read(file), tables));
  });

  const { scripts } = json('package.json');
  const lastMigration = (folder: string) => {
    const { idx } = json(`${folder}/meta/_journal.json`).entries.at(-1);
    return json(`${folder}/meta/${String(idx).padStart(4, '0')}_snapshot.json`);
  };

  test('the migrations of SQLite: else run `npm run migration`', async () => {
    const last = lastMigration('migrations/sqlite');
    const now = await generateSQLiteDrizzleJson(sqliteTables, last.id, 'snake_case');
    expect(scripts['migration:sqlite']).toMatch(
      / --casing snake_case .* --out migrations\/sqlite$/,
    );
    expect(Object.keys(now.tables)).toContain('model_services');
    expect(await generateSQLiteMigration(last, now)).toEqual([]);
  });

  test('the migrations of PostgreSQL: else run `npm run migration`', async () => {
    const last = lastMigration('migrations/postgres');
    const now = generateDrizzleJson(
      { ...postgresTables, control },
      last.id,
      undefined,
      'snake_case',
    );
    expect(scripts['migration:postgres']).toMatch(
      / --casing snake_case .* --out migrations\/postgres$/,
    );
    expect(Object.keys(now.tables)).toContain('public.model_services');
    expect(await generateMigration(last, now)).toEqual([]);
  });
});

test.each(['sqlite', 'postgres'])('the journal of %s names every migration, in order', (store) => {
  const { entries } = json(`migrations/${store}/meta/_journal.json`);
  const tags = entries.map(({ tag }: { tag: string }) => `${tag}.sql`);
  const files = readdirSync(`migrations/${store}`).filter((name) => name.endsWith('.sql'));
  expect(files.toSorted()).toEqual(tags);
});

test('the version is the same everywhere', () => {
  const { name, version } = json('package.json');
  const lock = json('package-lock.json');
  expect([lock.name, lock.version]).toEqual([name, version]);
  expect(lock.packages['']).toMatchObject({ name, version });
  const [, newest] = /^## \[?(\d+\.\d+\.\d+)\b/m.exec(read('CHANGELOG.md')) ?? [];
  expect(newest).toBe(version);
});
