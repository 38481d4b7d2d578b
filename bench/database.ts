import { closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqlite } from '../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../src/store/sqlite/store.ts';
import { fill } from '../test/support/filled-database.ts';

/**
 * Creates a database with this number of services, a tenth as many models, and some tags.
 * @param checkout folder of the version whose schema it has, which later versions migrate
 */
export async function makeDatabase(file: string, services: number, checkout = '.'): Promise<void> {
  const client = openSqlite({ file, migrationsFolder: join(checkout, 'migrations/sqlite') });
  // Only on this connection: a lost database can be created again, and this takes a third of the time.
  client.pragma('cache_size = -400000');
  client.pragma('synchronous = OFF');
  const store = createSqliteStore(client);
  const [models, tags] = [services / 10, services / 50];
  await fill(client, store, { services, models, centers: 100, tags });
  await store.close();
  // Otherwise the operating system would write it to the disk during a measurement.
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Reads the file once, so that it is in the operating system's page cache, as a database in use is. */
export async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1024 * 1024 }));
}

/** Values of one column of a table, read without the server. */
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
