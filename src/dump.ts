import { statSync } from 'node:fs';
import { seedOf } from './domain/seed.ts';
import { type DatabaseUrl, type Settings, SettingsError } from './settings.ts';
import { openSqliteStoreToRead } from './store/sqlite/open-store.ts';

/**
 * The resources of a database as a seed, also while a server runs on it.
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns JSON, indented
 * @throws SettingsError where there is no database; DatabaseRefused
 */
export async function dump(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  migrationsFolder: string,
): Promise<string> {
  const file = presentFile(databaseUrl);
  const store = openSqliteStoreToRead({ file, migrationsFolder: `${migrationsFolder}/sqlite` });
  try {
    return `${JSON.stringify(seedOf(await store.readResources()), null, 2)}\n`;
  } finally {
    await store.close();
  }
}

/**
 * The path of a database that is there.
 * @throws SettingsError where there is none
 */
export function presentFile(databaseUrl: DatabaseUrl): string {
  const size =
    databaseUrl.kind === 'file' && statSync(databaseUrl.path, { throwIfNoEntry: false })?.size;
  if (databaseUrl.kind === 'memory' || !size) {
    throw new SettingsError('AIOS_DATABASE_URL names no database file that is there.');
  }
  return databaseUrl.path;
}
