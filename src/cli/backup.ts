import { constants, setPriority } from 'node:os';
import { existingDatabaseFile } from '../database.ts';
import type { Settings } from '../settings.ts';
import { backUp } from '../store/sqlite/file/backup.ts';

/**
 * Copies the database to a file, also while a server runs on it.
 * @param to path of the copy, where nothing may be yet
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns what was done, in a line
 * @throws SettingsError where there is no database; DatabaseOpenError
 */
export async function backup(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  to: string,
  migrationsFolder: string,
): Promise<string> {
  const file = existingDatabaseFile(databaseUrl);
  // A server that runs on it comes first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const bytes = await backUp({ file, migrationsFolder: `${migrationsFolder}/sqlite` }, to);
  return `The database ${file} is copied to ${to}: ${bytes} bytes.`;
}
