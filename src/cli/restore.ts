import { assertNotPostgres } from '../database.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { restore as restoreSqlite } from '../store/sqlite/file/restore.ts';

/**
 * Replaces the database, which no server may run on, by a copy of a backup.
 * @param from path of the backup
 * @param migrationsFolder folder with the migrations of every kind of database
 * @returns a line that says what was done
 * @throws SettingsError for a database in memory or on PostgreSQL; DatabaseOpenError
 */
export async function restore(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  from: string,
  migrationsFolder: string,
): Promise<string> {
  assertNotPostgres(databaseUrl);
  if (databaseUrl.kind === 'memory') {
    throw new SettingsError('AIOS_DATABASE_URL names no file that a backup could be restored to.');
  }
  const file = databaseUrl.path;
  const location = { file, migrationsFolder: `${migrationsFolder}/sqlite` };
  const bytes = await restoreSqlite(location, from);
  return `The database ${file} is now as the backup ${from}: ${bytes} bytes.`;
}
