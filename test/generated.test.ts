import { readdirSync, readFileSync } from 'node:fs';
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api';
import { describe, expect, test } from 'vitest';
import { README_FILE, renderReadme } from '../src/scripts/readme-tables.ts';
import { OPENAPI_FILE, renderOpenapi } from '../src/scripts/render-openapi.ts';
import config from '../src/store/sqlite/drizzle.config.ts';
import * as tables from '../src/store/sqlite/tables.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const json = (file: string) => JSON.parse(read(file));

describe('a generated file is up to date', () => {
  test('the OpenAPI document: else run `npm run openapi`', async () => {
    expect(read(OPENAPI_FILE)).toBe(await renderOpenapi());
  });

  test('the README’s tables: else run `npm run readme`', () => {
    expect(read(README_FILE)).toBe(renderReadme(read(README_FILE)));
  });

  test('the migrations: else run `npm run migration`', async () => {
    const { entries } = json('migrations/sqlite/meta/_journal.json');
    const { idx } = entries.at(-1);
    const last = json(`migrations/sqlite/meta/${String(idx).padStart(4, '0')}_snapshot.json`);
    const now = await generateSQLiteDrizzleJson(tables, last.id, 'snake_case');
    expect(config).toMatchObject({ casing: 'snake_case', out: './migrations/sqlite' });
    expect(Object.keys(now.tables)).toContain('model_services');
    expect(await generateSQLiteMigration(last, now)).toEqual([]);
  });
});

test('the journal names every migration, in order', () => {
  const { entries } = json('migrations/sqlite/meta/_journal.json');
  const tags = entries.map(({ tag }: { tag: string }) => `${tag}.sql`);
  const files = readdirSync('migrations/sqlite').filter((name) => name.endsWith('.sql'));
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
