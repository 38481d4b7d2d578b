import { resolve } from 'node:path';
import { type DatabaseUrl, parseDatabaseUrl, SettingsError } from '../settings.ts';
import { DatabaseRefused } from '../store/database-open-error.ts';
import { fillingFile, isSameFile, movedTables, readingFile } from '../store/sqlite/transfer.ts';
import { type Source, type Target, transfer } from '../store/transfer.ts';
import { Progress, type Terminal } from './progress.ts';

export interface CopyOptions {
  /** Folder with the migrations of every kind of database. */
  migrationsFolder: string;
  terminal: Terminal;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A database that lasts. */
type Place = Exclude<DatabaseUrl, { kind: 'memory' }>;

const MS_PER_SECOND = 1000;

/**
 * Copies a whole database to an empty or missing one, all of it or nothing. The first may be in use meanwhile.
 * @param from URL of the database, as `AIOS_DATABASE_URL` takes it
 * @param to URL of the other one
 * @returns what was done, in a line
 * @throws SettingsError for what is no such URL; DatabaseRefused
 */
export async function copy(
  from: string,
  to: string,
  { migrationsFolder, terminal, clock }: CopyOptions,
): Promise<string> {
  const [source, target] = [placeOf(from, 'FROM'), placeOf(to, 'TO')];
  if (isSame(source, target)) {
    throw new DatabaseRefused('FROM and TO are the same database: name another one to copy to.');
  }
  const began = clock();
  const progress = new Progress(terminal, clock);
  try {
    const done = await reading(source, migrationsFolder, (given) =>
      filling(target, migrationsFolder, async (filled) => {
        const rows = await transfer(movedTables, given, filled, progress.show);
        return `${rows} rows copied from ${given.name} to ${filled.name}`;
      }),
    );
    const seconds = Math.round((clock() - began) / MS_PER_SECOND);
    return `${done} in ${seconds} s, each compared.`;
  } finally {
    progress.end();
  }
}

/** The text is not told: it may have a password at an unexpected place. */
function placeOf(text: string, operand: string): Place {
  const url = parseDatabaseUrl(text);
  if (url && url.kind !== 'memory') return url;
  throw new SettingsError(
    `${operand} names no database to copy, only file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE do.`,
  );
}

function isSame(from: Place, to: Place): boolean {
  if (from.kind === 'file' && to.kind === 'file') {
    return resolve(from.path) === resolve(to.path) || isSameFile(from.path, to.path);
  }
  return from.kind === 'postgres' && to.kind === 'postgres' && from.url === to.url;
}

async function reading<Result>(
  place: Place,
  migrations: string,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  if (place.kind === 'file') {
    return readingFile({ file: place.path, migrationsFolder: `${migrations}/sqlite` }, work);
  }
  const { readingPostgres } = await postgres();
  return readingPostgres({ url: place.url, migrationsFolder: `${migrations}/postgres` }, work);
}

async function filling<Result>(
  place: Place,
  migrations: string,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  if (place.kind === 'file') {
    return fillingFile({ file: place.path, migrationsFolder: `${migrations}/sqlite` }, work);
  }
  const { fillingPostgres } = await postgres();
  return fillingPostgres({ url: place.url, migrationsFolder: `${migrations}/postgres` }, work);
}

/** Loaded when it is needed. */
const postgres = () => import('../store/postgres/transfer.ts');
