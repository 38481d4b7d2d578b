import type BetterSqlite3 from 'better-sqlite3';

/** What releases from 13 on are built against: with less, which is before Node 22.14, they crash. */
const NODE_API = 10;

/**
 * The SQLite driver, in the release that this Node can bear: from Node 24.19 on, one before 13 ends the
 * process when a statement is collected while no JavaScript runs.
 */
export const Database: typeof BetterSqlite3 =
  Number(process.versions.napi) >= NODE_API
    ? (await import('better-sqlite3')).default
    : await compiledDriver();
export type Database = BetterSqlite3.Database;
export type Transaction<Run extends (...given: never[]) => unknown> =
  BetterSqlite3.Transaction<Run>;
export type Statement = BetterSqlite3.Statement<unknown[]>;

async function compiledDriver(): Promise<typeof BetterSqlite3> {
  try {
    // @ts-expect-error the same package under another name
    return (await import('better-sqlite3-12')).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'The SQLite driver could not be compiled when this program was installed: with a Node.js before ' +
        '22.14 that takes python3, make and g++. Install these, or a newer Node.js, and run `npm ci` again.',
    );
  }
}
