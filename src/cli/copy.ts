import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type DatabaseUrl, parseDatabaseUrl } from '../setting-values.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { DatabaseOpenError } from '../store/errors.ts';
import { isSameFile } from '../store/sqlite/file/files.ts';
import { copiedTables, withSourceFile, withTargetFile } from '../store/sqlite/transfer.ts';
import { type CopyDatabase, type CopyProgress, dumpTables, loadTables } from '../store/transfer.ts';

export interface CopyOptions {
  /** Folder with the migrations of every kind of database. */
  migrationsFolder: string;
  /** Prints a line of the progress. */
  print: (line: string) => void;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A database that outlives the process. */
type DatabaseLocation = Exclude<DatabaseUrl, { kind: 'memory' }>;

const MS_PER_SECOND = 1000;

/**
 * Copies a whole database, which may be in use, to an empty or missing one. If it fails, nothing is copied.
 * @param from URL of the database, as `AIOS_DATABASE_URL` takes it
 * @param to URL of the target, in the same form
 * @returns a message for the user
 * @throws SettingsError for an operand that is no such URL; DatabaseOpenError
 */
export async function copy(
  from: string,
  to: string,
  { migrationsFolder, print, clock }: CopyOptions,
): Promise<string> {
  const [source, target] = [parseLocation(from, 'FROM'), parseLocation(to, 'TO')];
  if (isSameDatabase(source, target)) {
    throw new DatabaseOpenError('FROM and TO are the same database: name another one to copy to.');
  }
  const seconds = stopwatch(clock);
  const { withSource } = await openers(source, migrationsFolder);
  const { withTarget } = await openers(target, migrationsFolder);
  return withSource((origin) =>
    withTarget(async (destination) => {
      const dump = dumpTables(copiedTables, origin, () => {});
      const show = printProgress(print, clock);
      const rows = await loadTables(copiedTables, dump, destination, show);
      return `${rows} rows copied from ${origin.name} to ${destination.name} in ${seconds()} s, each compared.`;
    }),
  );
}

type DatabaseSetting = Pick<Settings, 'databaseUrl'>;

/**
 * Writes a whole database, which may be in use, as lines of JSON.
 * @returns a message for the user
 * @throws SettingsError for a database in memory; DatabaseOpenError
 */
export async function dumpAll(
  { databaseUrl }: DatabaseSetting,
  output: Writable,
  { migrationsFolder, print, clock }: CopyOptions,
): Promise<string> {
  const seconds = stopwatch(clock);
  const { withSource } = await openers(lasting(databaseUrl), migrationsFolder);
  return withSource(async (source) => {
    const show = printProgress(print, clock);
    await pipeline(dumpTables(copiedTables, source, show), output, { end: false });
    return `The database ${source.name} is dumped in ${seconds()} s.`;
  });
}

/**
 * Loads what `dumpAll` has written into an empty or missing database: everything, or nothing if it fails.
 * @returns a message for the user
 * @throws SettingsError for a database in memory; DatabaseOpenError
 */
export async function load(
  { databaseUrl }: DatabaseSetting,
  input: Readable,
  { migrationsFolder, print, clock }: CopyOptions,
): Promise<string> {
  const seconds = stopwatch(clock);
  const { withTarget } = await openers(lasting(databaseUrl), migrationsFolder);
  return withTarget(async (target) => {
    const dump = input.setEncoding('utf8');
    const rows = await loadTables(copiedTables, dump, target, printProgress(print, clock));
    return `${rows} rows loaded into ${target.name} in ${seconds()} s, each compared.`;
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

/** A function that returns the seconds since now. */
function stopwatch(clock: () => number): () => number {
  const start = clock();
  return () => Math.round((clock() - start) / MS_PER_SECOND);
}

function lasting(url: DatabaseUrl): DatabaseLocation {
  if (url.kind !== 'memory') return url;
  throw new SettingsError(
    'AIOS_DATABASE_URL names a database in memory, which ends with its server.',
  );
}

/** The message doesn't repeat the text, which may have a password in an unexpected place. */
function parseLocation(text: string, operand: string): DatabaseLocation {
  const url = parseDatabaseUrl(text);
  if (url && url.kind !== 'memory') return url;
  throw new SettingsError(
    `${operand} names no database to copy, only file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE do.`,
  );
}

function isSameDatabase(from: DatabaseLocation, to: DatabaseLocation): boolean {
  if (from.kind === 'file' && to.kind === 'file') {
    return resolve(from.path) === resolve(to.path) || isSameFile(from.path, to.path);
  }
  return from.kind === 'postgres' && to.kind === 'postgres' && from.url === to.url;
}

/** Functions that run work on the database as the one that is read, and as the one that is filled. */
interface Openers {
  withSource: (work: (source: CopyDatabase) => Promise<string>) => Promise<string>;
  withTarget: (work: (target: CopyDatabase) => Promise<string>) => Promise<string>;
}

async function openers(database: DatabaseLocation, migrations: string): Promise<Openers> {
  if (database.kind === 'file') {
    const location = { file: database.path, migrationsFolder: `${migrations}/sqlite` };
    return {
      withSource: (work) => withSourceFile(location, work),
      withTarget: (work) => withTargetFile(location, work),
    };
  }
  // Loaded on demand, so that copies between files don't load the PostgreSQL driver.
  const postgres = await import('../store/postgres/transfer.ts');
  const location = { url: database.url, migrationsFolder: `${migrations}/postgres` };
  return {
    withSource: (work) => postgres.withSourceDatabase(location, work),
    withTarget: (work) => postgres.withTargetDatabase(location, work),
  };
}

/** @returns a function that prints each table when it is done, and a long one every second */
export function printProgress(print: (line: string) => void, clock: () => number) {
  let printedAt = clock();
  return ({ table, rows, phase }: CopyProgress): void => {
    const isDone = phase === 'copied and compared';
    if (!isDone && clock() - printedAt < MS_PER_SECOND) return;
    print(`${table}: ${rows} rows ${phase}`);
    printedAt = clock();
  };
}
