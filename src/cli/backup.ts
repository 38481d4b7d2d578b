import { constants, setPriority } from 'node:os';
import { assertNotPostgres, existingDatabaseFile } from '../database.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { backUp } from '../store/sqlite/file/backup.ts';
import { restore as restoreSqlite } from '../store/sqlite/file/restore.ts';

/**
 * Copies the database to a file, also while a server runs on it.
 * @param to path of the copy, which must not exist
 * @param migrationsFolder folder with the migrations of every kind of database
 * @param onStep is called with a sentence before each step
 * @returns a message for the user
 * @throws SettingsError if there is no database; DatabaseOpenError
 */
export function backup(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  to: string,
  migrationsFolder: string,
  onStep: (step: string) => void,
): string {
  const file = existingDatabaseFile(databaseUrl);
  // A server that runs on the database gets the processor first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const bytes = backUp({ file, migrationsFolder: `${migrationsFolder}/sqlite`, onStep }, to);
  return `The database ${file} is copied to ${to}: ${bytes} bytes.`;
}

/**
 * Replaces the database by a copy of a backup, while no server runs on it.
 * @param from path of the backup
 * @param migrationsFolder folder with the migrations of every kind of database
 * @param onStep is called with a sentence before each step
 * @returns a message for the user
 * @throws SettingsError for a database in memory or on PostgreSQL; DatabaseOpenError
 */
export async function restore(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  from: string,
  migrationsFolder: string,
  onStep: (step: string) => void,
): Promise<string> {
  assertNotPostgres(databaseUrl);
  if (databaseUrl.kind === 'memory') {
    throw new SettingsError('AIOS_DATABASE_URL names no file that a backup could be restored to.');
  }
  const file = databaseUrl.path;
  const location = { file, migrationsFolder: `${migrationsFolder}/sqlite`, onStep };
  const bytes = await restoreSqlite(location, from);
  return `The database ${file} is now as the backup ${from}: ${bytes} bytes.`;
}
