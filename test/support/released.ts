import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './databases.ts';
import { type Finishing, temporaryFolder } from './folder.ts';

const FOLDER = 'test/store/released';

/** A database written by a release, with responses that the release gave from it. */
export interface Release {
  version: string;
  /** Its newest migration. */
  migration: string;
  /** Time of the responses, in milliseconds since the epoch. */
  madeAt: number;
  /** The UUID of a session of that time, if the release had logins. */
  session?: string;
  password?: string;
  /** The job with a pending hook, if the release had jobs. */
  pendingHook?: string;
  /** By the path of the GET request. */
  answers: Record<string, { status: number; body: unknown }>;
}

/** The names of all migrations, the first one first. */
export const migrations: string[] = JSON.parse(
  readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8'),
).entries.map(({ tag }: { tag: string }) => tag);

export const releases: Release[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));

/** The releases whose databases must be migrated. */
export const olderReleases = releases.filter(({ migration }) => migration !== migrations.at(-1));

/** Copies a release's database into a folder of the test's own. */
export function copyRelease(context: Finishing, { migration }: Release): string {
  const file = join(temporaryFolder(context), 'aios.db');
  copyFileSync(join(FOLDER, `${migration.slice(0, 4)}.db`), file);
  return file;
}

/** Makes a folder with the migrations that a release had. */
export function migrationsOf(context: Finishing, { migration }: Release): string {
  const folder = join(temporaryFolder(context), 'migrations');
  cpSync(MIGRATIONS, folder, { recursive: true });
  const path = join(folder, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8'));
  const entries = journal.entries.slice(0, migrations.indexOf(migration) + 1);
  writeFileSync(path, JSON.stringify({ ...journal, entries }));
  return folder;
}

/** Runs `read` on a read-only connection. */
export function reading<Result>(file: string, read: (client: Database.Database) => Result): Result {
  const client = new Database(file, { readonly: true });
  try {
    return read(client);
  } finally {
    client.close();
  }
}

/** The names of all tables but that of migrations. */
export const tablesOf = (client: Database.Database): string[] =>
  client
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migrations' ORDER BY name",
    )
    .pluck()
    .all() as string[];

/** What SQLite's checks find wrong with a database, dangling references too. */
export function damage(client: Database.Database): unknown[] {
  return [
    ...(client.pragma('integrity_check') as { integrity_check: string }[]).filter(
      ({ integrity_check }) => integrity_check !== 'ok',
    ),
    ...(client.pragma('foreign_key_check') as unknown[]),
  ];
}
