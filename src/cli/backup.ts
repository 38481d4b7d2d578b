import { constants, setPriority } from 'node:os';
import { existingDatabaseFile } from '../database.ts';
import type { Settings } from '../settings.ts';
import { backUp } from '../store/sqlite/file/backup.ts';

/**
 * Copies the database to a file, also while a server runs on it.
 * @param to path of the copy, where no file may be
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns a line that says what was done
 * @throws SettingsError if there is no database; DatabaseOpenError
 */
export function backup(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  to: string,
  migrationsFolder: string,
): string {
  const file = existingDatabaseFile(databaseUrl);
  // A server that runs on the database gets the processor first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const bytes = backUp({ file, migrationsFolder: `${migrationsFolder}/sqlite` }, to);
  return `The database ${file} is copied to ${to}: ${bytes} bytes.`;
}
