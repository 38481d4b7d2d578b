import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../src/store/errors.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { extras, modelService } from './records.ts';
import { nothing } from './results.ts';

export const MIGRATIONS = 'migrations/sqlite';

/** Creates a database with 20 services, which fill many pages. */
export async function fillDatabase(file: string, migrationsFolder = MIGRATIONS): Promise<void> {
  const store = createSqliteStore(openSqlite({ file, migrationsFolder }));
  for (let count = 0; count < 20; count++) {
    await store.addResource(
      'ModelService',
      modelService({ yaml: 'x'.repeat(20_000) }),
      extras(),
      nothing,
    );
  }
  await store.close();
}

/** Creates a folder with this program's migrations and a further one of these statements. */
export function laterMigrations(folder: string, statements: string[]): string {
  cpSync(MIGRATIONS, folder, { recursive: true });
  const journalFile = join(folder, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(journalFile, 'utf8'));
  const last = journal.entries.at(-1);
  const entry = { ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_later' };
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }));
  writeFileSync(join(folder, '9999_later.sql'), statements.join('\n--> statement-breakpoint\n'));
  return folder;
}

/** The SHA-256 of every file below a folder, to show that none was changed. */
export function fingerprint(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return statSync(path).isFile()
        ? [name, createHash('sha256').update(readFileSync(path)).digest('hex')]
        : [name, 'folder'];
    }),
  );
}

function overwrite(file: string, from: number, to: number, byte: number): void {
  const content = readFileSync(file);
  content.fill(byte, Math.floor(content.length * from), Math.floor(content.length * to));
  writeFileSync(file, content);
}

function inDatabase(file: string, statements: string): void {
  const client = new Database(file);
  client.exec(statements);
  client.close();
}

interface UnusableDatabase {
  make: (file: string) => void | Promise<void>;
  /** Matches the error message. */
  sentence: RegExp;
}

const DAMAGED = /is damaged: restore it/;

/** Databases that can't be opened and must not be changed. */
export const unusableDatabases = {
  'a text file': {
    make: (file) => writeFileSync(file, 'no database\n'.repeat(1000)),
    sentence: /is not an SQLite database/,
  },
  'a file shorter than any database': {
    make: (file) => writeFileSync(file, 'SQLite format 3\0 and no more'),
    sentence: DAMAGED,
  },
  'a file cut within a page': {
    make: async (file) => {
      await fillDatabase(file);
      truncateSync(file, Math.floor(statSync(file).size / 2) - 1000);
    },
    sentence: DAMAGED,
  },
  'a file cut between two pages': {
    make: async (file) => {
      await fillDatabase(file);
      truncateSync(file, 8 * 4096);
    },
    sentence: DAMAGED,
  },
  'zeroes in the middle': {
    make: async (file) => {
      await fillDatabase(file);
      overwrite(file, 0.2, 0.8, 0);
    },
    sentence: DAMAGED,
  },
  'rubbish in the middle': {
    make: async (file) => {
      await fillDatabase(file);
      overwrite(file, 0.1, 0.9, 0xab);
    },
    sentence: DAMAGED,
  },
  'rubbish in the schema': {
    make: async (file) => {
      await fillDatabase(file);
      const content = readFileSync(file);
      writeFileSync(file, content.fill(0xab, 100, 4096));
    },
    sentence: DAMAGED,
  },
  'a newer database': {
    make: async (file) => {
      await fillDatabase(file);
      inDatabase(file, `INSERT INTO schema_migrations (hash, created_at) VALUES ('f00', 9e12)`);
    },
    sentence: /was written by a newer version of this program/,
  },
  'a database with a later migration': {
    make: (file) =>
      fillDatabase(
        file,
        laterMigrations(join(dirname(file), 'later'), ['CREATE TABLE later (uuid text)']),
      ),
    sentence: /was written by a newer version of this program/,
  },
  'the database of another program': {
    make: (file) => inDatabase(file, 'CREATE TABLE bookmarks (url text)'),
    sentence: /belongs to another program/,
  },
  'the marked database of another program': {
    make: (file) =>
      inDatabase(file, 'PRAGMA application_id = 7; CREATE TABLE models (uuid text PRIMARY KEY)'),
    sentence: /belongs to another program/,
  },
  'a folder': {
    make: (file) => void mkdirSync(file),
    sentence: /is not a file/,
  },
} satisfies Record<string, UnusableDatabase>;

/** Copies a database in use, with its WAL, as a killed process leaves it. */
export function copyAsKilled(file: string, to: string): void {
  copyFileSync(file, to);
  copyFileSync(`${file}-wal`, `${to}-wal`);
}

/** Matches an error message of one sentence that names this text, such as a path. */
export function oneSentenceAbout(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^(?=.*${escaped})(?!.*[.!?] [A-Z])(?!.*(Error:|\\bat )).+$`);
}

/** The message of the DatabaseOpenError that an action throws; anything else fails the test. */
export async function openErrorOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DatabaseOpenError) return error.message;
    throw error;
  }
  throw new Error('no error was thrown');
}
