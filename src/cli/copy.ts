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
  const progress = showProgress(terminal, clock);
  try {
    const { withSource } = await openers(source, migrationsFolder);
    const { withTarget } = await openers(target, migrationsFolder);
    const done = await withSource((origin) =>
      withTarget(async (destination) => {
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

/** Functions that run work on the database as the one that is read, and as the one that is filled. */
interface Openers {
  withSource: (work: (source: CopySource) => Promise<string>) => Promise<string>;
  withTarget: (work: (target: CopyTarget) => Promise<string>) => Promise<string>;
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

/** Shows the progress of a copy: by a bar on a terminal, otherwise by one line for each table. */
export function showProgress(terminal: Terminal, clock: () => number) {
  const startedAt = clock();
  let drawnAt = 0;
  let hasLine = false;
  let last: CopyProgress | undefined;
  /** Number of rows copied plus number of rows compared. */
  let done = 0;

  function printTable({ table, rows, phase }: CopyProgress): void {
    const what = phase === 'compared' ? 'copied and compared' : 'copied';
    terminal.write(`${table}: ${rows} rows ${what}\n`);
  }

  function draw({ table, rows, total, phase }: CopyProgress): void {
    // Each row is copied, and then compared.
    const part = done / 2 / total;
    const seconds = Math.max(clock() - startedAt, 1) / MS_PER_SECOND;
    const bar = '#'.repeat(Math.floor(part * BAR_CELLS)).padEnd(BAR_CELLS, '.');
    const percent = String(Math.floor(part * 100)).padStart(3);
    const rate = Math.round(done / 2 / seconds);
    const line = `[${bar}] ${percent} % ${table}: ${rows} rows ${phase}, ${rate} rows/s`;
    terminal.write(TO_LINE_START + line.slice(0, terminal.columns - 1));
    drawnAt = clock();
    hasLine = true;
  }

  return {
    show: (step: CopyProgress): void => {
      const continues = last?.table === step.table && last.phase === step.phase;
      done += step.rows - (continues && last ? last.rows : 0);
      if (terminal.isTerminal) {
        if (clock() - drawnAt >= REDRAW_MS) draw(step);
      } else if (last && last.table !== step.table) printTable(last);
      last = step;
    },
    /** Prints the last table's line, or removes the bar. */
    end: (): void => {
      if (hasLine) terminal.write(TO_LINE_START);
      else if (last && !terminal.isTerminal) printTable(last);
    },
  };
}
