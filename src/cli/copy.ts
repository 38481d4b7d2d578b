import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { environment } from '../environment.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../setting-values.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { DatabaseOpenError } from '../store/errors.ts';
import { isSameFile } from '../store/sqlite/file/files.ts';
import * as sqlite from '../store/sqlite/transfer.ts';
import { dumpTables, loadTables, type OnStep } from '../store/transfer.ts';

/** What copies take from the process. */
export interface CopyOptions extends Pick<typeof environment, 'migrationsFolder' | 'clock'> {
  /** Prints a line of the progress. */
  print: (line: string) => void;
}

const MS_PER_SECOND = 1000;
const IN_MEMORY = 'AIOS_DATABASE_URL names a database in memory, which ends with its server.';

/**
 * Copies a whole database, which may be in use, to an empty or missing one. If it fails, nothing is copied.
 * @param from URL of the database, as `AIOS_DATABASE_URL` takes it
 * @param to URL of the target, in the same form
 * @returns a message for the user
 * @throws SettingsError for an operand that is no such URL; DatabaseOpenError
 */
export async function copy(from: string, to: string, options: CopyOptions): Promise<string> {
  // The message doesn't repeat the text, which may have a password in an unexpected place.
  const parsed = (text: string, operand: string) => {
    const otherwise = `${operand} names no database to copy, only file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE do.`;
    return transferOf(parseDatabaseUrl(text), otherwise, options);
  };
  const { withSource, ...source } = await parsed(from, 'FROM');
  const target = await parsed(to, 'TO');
  // Paths are compared too, because a missing file may be spelled in two ways.
  if (resolve(source.place) === resolve(target.place) || isSameFile(source.place, target.place)) {
    throw new DatabaseOpenError('FROM and TO are the same database: name another one to copy to.');
  }
  return withSource(source, (origin) => {
    const dump = dumpTables(origin, () => {});
    return fill(target, dump, `copied from ${origin.name} to`, options);
  });
}

/**
 * Writes a whole database, which may be in use, as lines of JSON.
 * @returns a message for the user
 * @throws SettingsError for a database in memory; DatabaseOpenError
 */
export async function dumpAll(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  output: Writable,
  options: CopyOptions,
): Promise<string> {
  const { show, seconds } = progress(options);
  const { withSource, ...location } = await transferOf(databaseUrl, IN_MEMORY, options);
  return withSource(location, async (source) => {
    await pipeline(dumpTables(source, show), output, { end: false });
    return `The database ${source.name} is dumped in ${seconds()} s.`;
  });
}

/**
 * Loads what `dumpAll` has written into an empty or missing database: everything, or nothing if it fails.
 * @returns a message for the user
 * @throws SettingsError for a database in memory; DatabaseOpenError
 */
export async function load(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  input: Readable,
  options: CopyOptions,
): Promise<string> {
  const target = await transferOf(databaseUrl, IN_MEMORY, options);
  return fill(target, input.setEncoding('utf8'), 'loaded into', options);
}

/** Loads a dump, and says what was `done`. */
function fill(
  { withTarget, ...location }: Awaited<ReturnType<typeof transferOf>>,
  dump: AsyncIterable<string>,
  done: string,
  options: CopyOptions,
): Promise<string> {
  const { show, seconds } = progress(options);
  return withTarget(location, async (target) => {
    const rows = await loadTables(dump, target, show);
    return `${rows} rows ${done} ${target.name} in ${seconds()} s, each compared.`;
  });
}

/**
 * Opens a file to read.
 * @throws SettingsError if it can't be read
 */
export async function openFile(path: string): Promise<Readable> {
  try {
    return (await open(path)).createReadStream();
  } catch (error) {
    throw new SettingsError(`${path} can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/**
 * What copies a database, and where it is.
 * @throws SettingsError, which says `otherwise`, if there is none, or one that ends with its process
 */
async function transferOf(
  database: DatabaseUrl | undefined,
  otherwise: string,
  { migrationsFolder }: CopyOptions,
) {
  if (database?.kind === 'file') {
    return { ...sqlite, place: database.path, migrationsFolder: `${migrationsFolder}/sqlite` };
  }
  if (database?.kind !== 'postgres') throw new SettingsError(otherwise);
  // Loaded on demand, so that copies between files don't load the PostgreSQL driver.
  const postgres = await import('../store/postgres/transfer.ts');
  return { ...postgres, place: database.url, migrationsFolder: `${migrationsFolder}/postgres` };
}

/** Measures the seconds from now on, and prints each table when it is done, and a long one every second. */
export function progress({ print, clock }: Pick<CopyOptions, 'print' | 'clock'>) {
  const start = clock();
  let printedAt = start;
  const show: OnStep = (table, rows, phase) => {
    const isDone = phase === 'copied and compared';
    if (!isDone && clock() - printedAt < MS_PER_SECOND) return;
    print(`${table}: ${rows} rows ${phase}`);
    printedAt = clock();
  };
  return { show, seconds: () => Math.round((clock() - start) / MS_PER_SECOND) };
}
