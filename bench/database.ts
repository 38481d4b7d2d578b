import { closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { openSqlite } from '../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../src/store/sqlite/store.ts';
import { fill } from '../test/support/filled-database.ts';

/** Makes a database with so many services, a tenth as many models and some tags. */
export async function makeDatabase(file: string, services: number): Promise<void> {
  const client = openSqlite({ file, migrationsFolder: 'migrations/sqlite' });
  // Of this connection alone, which makes what can be made again: it takes a third of the time.
  client.pragma('cache_size = -400000');
  client.pragma('synchronous = OFF');
  const store = createSqliteStore(client);
  const [models, tags] = [services / 10, services / 50];
  await fill(client, store, { services, models, centers: 100, tags });
  await store.close();
  // Else the system would write it to the disk while something else is measured.
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Reads the file once, so that the system has it in its memory, as that of a database in use is. */
export async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1024 * 1024 }));
}

/** One column of a table, read past the server. */
export function column(file: string, table: string, name: string): string[] {
  const client = new Database(file, { readonly: true });
  try {
    return client.prepare(`SELECT ${name} FROM ${table}`).pluck().all() as string[];
  } finally {
    client.close();
  }
}

export function sqliteVersion(): string {
  const client = new Database(':memory:');
  try {
    return client.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    client.close();
  }
}
