import { openDatabaseToRead } from '../database.ts';
import { toSeed } from '../domain/seed.ts';
import type { Settings } from '../settings.ts';

/**
 * Reads the resources of a database as a seed, also while a server runs on it.
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns JSON, indented
 * @throws SettingsError if there is no database; DatabaseOpenError
 */
export async function dump(
  settings: Pick<Settings, 'databaseUrl'>,
  migrationsFolder: string,
): Promise<string> {
  const store = await openDatabaseToRead(settings, migrationsFolder);
  try {
    return `${JSON.stringify(toSeed(await store.readResources()), null, 2)}\n`;
  } finally {
    await store.close();
  }
}
