import { closeSync, createReadStream, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { toSeed } from '../src/domain/seed.ts';
import { openSqlite } from '../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../src/store/sqlite/store.ts';
import { addTemplates, multiplyTemplates } from '../test/support/filled-database.ts';
import { startServer } from './servers.ts';

/**
 * Creates a database with this number of services, a tenth as many models, and some tags.
 * @param program path of the server that creates it, whose schema it has; by default that of this version
 */
export async function makeDatabase(
  file: string,
  services: number,
  program?: string,
): Promise<void> {
  const seedFile = `${file}.seed.json`;
  writeFileSync(seedFile, await templateSeed());
  const settings = { AIOS_SEED_FILE: seedFile };
  const server = await startServer(`file:${file}`, `${file}.log`, { program, settings });
  await server.stop();
  rmSync(seedFile);
  const client = new Database(file);
  // Only on this connection: a lost database can be created again, and this takes a third of the time.
  client.pragma('cache_size = -400000');
  client.pragma('synchronous = OFF');
  const [models, tags] = [services / 10, services / 50];
  multiplyTemplates(client, { services, models, centers: 100, tags });
  client.close();
  // Otherwise the operating system would write it to the disk during a measurement.
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** A seed of the templates; without empty lists, whose names earlier versions may not know. */
async function templateSeed(): Promise<string> {
  const store = createSqliteStore(
    openSqlite({ file: ':memory:', migrationsFolder: 'migrations/sqlite' }),
  );
  await addTemplates(store);
  const seed = Object.entries(toSeed(await store.readResources()));
  await store.close();
  const filled = seed.filter(([, list]) => list.length > 0);
  return JSON.stringify(Object.fromEntries(filled));
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
