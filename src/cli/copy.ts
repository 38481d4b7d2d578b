import { resolve } from 'node:path';
import { type DatabaseUrl, parseDatabaseUrl } from '../setting-values.ts';
import { SettingsError } from '../settings.ts';
import { DatabaseOpenError } from '../store/errors.ts';
import { isSameFile } from '../store/sqlite/file/files.ts';
import { copiedTables, withSourceFile, withTargetFile } from '../store/sqlite/transfer.ts';
import {
  type CopyProgress,
  type CopySource,
  type CopyTarget,
  transfer,
} from '../store/transfer.ts';

/** The stream to which progress is written. */
export interface Terminal {
  isTerminal: boolean;
  /** Width in characters. */
  columns: number;
  write: (text: string) => void;
}

export interface CopyOptions {
  /** Folder with the migrations of every kind of database. */
  migrationsFolder: string;
  terminal: Terminal;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A database that outlives the process. */
type DatabaseLocation = Exclude<DatabaseUrl, { kind: 'memory' }>;

const MS_PER_SECOND = 1000;
const BAR_CELLS = 12;
/** Milliseconds between two updates of the progress bar. */
const REDRAW_MS = 100;
const TO_LINE_START = '\r\u001b[K';

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
  { migrationsFolder, terminal, clock }: CopyOptions,
): Promise<string> {
  const [source, target] = [parseLocation(from, 'FROM'), parseLocation(to, 'TO')];
  if (isSameDatabase(source, target)) {
    throw new DatabaseOpenError('FROM and TO are the same database: name another one to copy to.');
  }
  const startedAt = clock();
  const progress = new Progress(terminal, clock);
  try {
    const done = await withSource(source, migrationsFolder, (origin) =>
      withTarget(target, migrationsFolder, async (destination) => {
        const rows = await transfer(copiedTables, origin, destination, progress.show);
        return `${rows} rows copied from ${origin.name} to ${destination.name}`;
      }),
    );
    const seconds = Math.round((clock() - startedAt) / MS_PER_SECOND);
    return `${done} in ${seconds} s, each compared.`;
  } finally {
    progress.end();
  }
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

/** Runs work on the database that is read. */
async function withSource<Result>(
  location: DatabaseLocation,
  migrations: string,
  work: (source: CopySource) => Promise<Result>,
): Promise<Result> {
  if (location.kind === 'file') return withSourceFile(fileLocation(location, migrations), work);
  const migrationsFolder = `${migrations}/postgres`;
  return (await postgres()).withSourceDatabase({ url: location.url, migrationsFolder }, work);
}

/** Runs work on the database that is filled. */
async function withTarget<Result>(
  location: DatabaseLocation,
  migrations: string,
  work: (target: CopyTarget) => Promise<Result>,
): Promise<Result> {
  if (location.kind === 'file') return withTargetFile(fileLocation(location, migrations), work);
  const migrationsFolder = `${migrations}/postgres`;
  return (await postgres()).withTargetDatabase({ url: location.url, migrationsFolder }, work);
}

const fileLocation = ({ path }: { path: string }, migrations: string) => ({
  file: path,
  migrationsFolder: `${migrations}/sqlite`,
});

/** Loaded on demand, so that copies between files don't load the PostgreSQL driver. */
const postgres = () => import('../store/postgres/transfer.ts');

/** Shows the progress of a copy: by a bar on a terminal, otherwise by one line for each table. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #drawnAt = 0;
  #hasLine = false;
  #last: CopyProgress | undefined;
  /** Number of rows copied plus number of rows compared. */
  #done = 0;

  constructor(terminal: Terminal, clock: () => number) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  readonly show = (step: CopyProgress): void => {
    const last = this.#last;
    const continues = last?.table === step.table && last.phase === step.phase;
    this.#done += step.rows - (continues ? last.rows : 0);
    this.#last = step;
    if (!this.#terminal.isTerminal) {
      if (last && last.table !== step.table) this.#printTable(last);
    } else if (this.#clock() - this.#drawnAt >= REDRAW_MS) this.#draw(step);
  };

  /** Prints the last table's line, or removes the bar. */
  end(): void {
    if (this.#hasLine) this.#terminal.write(TO_LINE_START);
    else if (this.#last && !this.#terminal.isTerminal) this.#printTable(this.#last);
  }

  #printTable({ table, rows, phase }: CopyProgress): void {
    const done = phase === 'compared' ? 'copied and compared' : 'copied';
    this.#terminal.write(`${table}: ${rows} rows ${done}\n`);
  }

  #draw({ table, rows, total, phase }: CopyProgress): void {
    // Each row is copied, and then compared.
    const part = this.#done / 2 / total;
    const seconds = Math.max(this.#clock() - this.#startedAt, 1) / MS_PER_SECOND;
    const bar = '#'.repeat(Math.floor(part * BAR_CELLS)).padEnd(BAR_CELLS, '.');
    const percent = String(Math.floor(part * 100)).padStart(3);
    const rate = Math.round(this.#done / 2 / seconds);
    const line = `[${bar}] ${percent} % ${table}: ${rows} rows ${phase}, ${rate} rows/s`;
    this.#terminal.write(TO_LINE_START + line.slice(0, this.#terminal.columns - 1));
    this.#drawnAt = this.#clock();
    this.#hasLine = true;
  }
}
