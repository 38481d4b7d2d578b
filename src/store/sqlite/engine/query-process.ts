import { platform, setPriority } from 'node:os';
import Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { sqliteCode } from '../errors.ts';
import { READY, type SentResult } from './query-worker.ts';
import { compileQueryRunner, type SqlQuery } from './run-query.ts';

/** Niceness of the process (Linux only): scans yield the processor to requests, but are not starved. */
const NICENESS = 5;
/** Kibibytes of page cache; small, because a scan's pages are not read again soon. */
const CACHE_KIB = 2048;

if (platform() === 'linux') setPriority(NICENESS);
// The server decides when the process ends. A terminal and systemd signal all processes of a server at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

let runQuery: ((query: SqlQuery) => unknown[]) | undefined;

// The query worker sends queries, which run on this process's own connection to the file named by its argument.
process.on('message', (query: SqlQuery) => process.send?.(toResult(query)));
process.send?.(READY);

function toResult(query: SqlQuery): SentResult {
  try {
    runQuery ??= openRunner(process.argv[2] as string);
    return { values: runQuery(query) };
  } catch (error) {
    const { message } = error as Error;
    const kind = error instanceof ApiError ? error.kind : undefined;
    return { error: { kind, code: sqliteCode(error), message } };
  }
}

function openRunner(file: string): (query: SqlQuery) => unknown[] {
  const client = new Database(file, { readonly: true });
  client.pragma(`cache_size = -${CACHE_KIB}`);
  // In a transaction, so that rowids, rows and total come from one snapshot.
  return client.transaction(compileQueryRunner(client));
}
