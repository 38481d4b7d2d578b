import { assertNotPostgres } from '../database.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { restore as restoreSqlite } from '../store/sqlite/file/restore.ts';

/**
 * Puts a copy of a backup in the place of the database, which no server may run on.
 * @param from path of the backup
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns what was done, in a line
 * @throws SettingsError for a database in memory or PostgreSQL's; DatabaseOpenError
 */
export function restore(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  from: string,
  migrationsFolder: string,
): string {
  assertNotPostgres(databaseUrl);
  if (databaseUrl.kind === 'memory') {
    throw new SettingsError('AIOS_DATABASE_URL names no file that a backup could be restored to.');
  }
  const file = databaseUrl.path;
  const bytes = restoreSqlite({ file, migrationsFolder: `${migrationsFolder}/sqlite` }, from);
  return `The database ${file} is now as the backup ${from}: ${bytes} bytes.`;
}
