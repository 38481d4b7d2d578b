import { describe } from 'vitest';
import type { Store } from '../../src/domain/store.ts';
import { openPostgresStore } from '../../src/store/postgres/open-store.ts';
import type { Finishing } from './folder.ts';
import { queryPostgres } from './postgres-client.ts';
import { newUuid } from './records.ts';

/** Of a server on which tests may make schemas, as a user who may. */
export const POSTGRES_URL = process.env.AIOS_TEST_POSTGRES_URL ?? '';

export const MIGRATIONS = 'migrations/postgres';

/** A condition on names of tables, which excludes those that only several servers need. */
export const IN_FILES_TOO =
  "table_schema = current_schema() AND NOT starts_with(table_name, 'schema_') AND table_name <> 'control'";

/** Tests on PostgreSQL, skipped without one. */
export const describePostgres = describe.skipIf(POSTGRES_URL === '');
if (POSTGRES_URL === '' && !('warnedOfPostgres' in globalThis)) {
  Object.assign(globalThis, { warnedOfPostgres: true });
  console.warn('AIOS_TEST_POSTGRES_URL is not set: what is tested on PostgreSQL is skipped.');
}

/** The prefix of schemas' names; those of a run of all tests are removed when it is over. */
const PREFIX = `aios_test_${process.env.AIOS_TEST_RUN ?? 'alone'}_`;

/** Schemas of this process that no test uses: making and migrating one takes longer than most tests. */
const unused: string[] = [];

/** The database's URL for connections that see one schema alone. Writes don't wait for the disk. */
const urlOf = (schema: string) => {
  const url = new URL(POSTGRES_URL);
  url.searchParams.set('options', `-c search_path=${schema} -c synchronous_commit=off`);
  return url.href;
};

/** The schema of a URL that tests were given. */
export const schemaOf = (url: string): string =>
  /search_path=(\w+)/.exec(new URL(url).searchParams.get('options') ?? '')?.[1] ?? 'public';

export const query = (text: string) => queryPostgres(urlOf('public'), text);

/** The URL of an empty database, and a function that releases it for another test, or for removal. */
export async function takeSchema(): Promise<{
  url: string;
  release: (isWhole: boolean) => Promise<void>;
}> {
  const schema = unused.pop() ?? (await newSchema());
  const release = async (isWhole: boolean) => {
    if (!isWhole) return void (await query(`DROP SCHEMA ${schema} CASCADE`));
    await query(
      `SET search_path = ${schema}; DELETE FROM jobs; DELETE FROM resources; DELETE FROM sessions; DELETE FROM passwords; DELETE FROM snapshots; DELETE FROM control`,
    );
    unused.push(schema);
  };
  return { url: urlOf(schema), release };
}

/** An empty database of the test's own, as its URL; it is emptied again when the test is over. */
export async function postgresDatabase(context: Finishing): Promise<string> {
  const { url, release } = await takeSchema();
  context.onTestFinished(() => release(true));
  return url;
}

/** The URL of an empty database without tables, which is removed after the test. */
export async function emptySchema(context: Finishing): Promise<string> {
  const schema = PREFIX + newUuid();
  await query(`CREATE SCHEMA ${schema}`);
  context.onTestFinished(async () => void (await query(`DROP SCHEMA ${schema} CASCADE`)));
  return urlOf(schema);
}

async function newSchema(): Promise<string> {
  const schema = PREFIX + newUuid();
  await query(`CREATE SCHEMA ${schema}`);
  await (await openPostgres(urlOf(schema))).close();
  return schema;
}

/** A store on a database, as one of its servers. */
export function openPostgres(
  url: string,
  server = newUuid(),
  migrationsFolder = MIGRATIONS,
  onStep: (step: string) => void = () => {},
): Promise<Store> {
  return openPostgresStore({
    url,
    onStep,
    server,
    migrationsFolder,
    connections: 10,
    onConnectionLost: () => {},
  });
}

/** A store on an empty database, which is closed when the test is over. */
export async function postgresStore(context: Finishing): Promise<Store> {
  const url = await postgresDatabase(context);
  const store = await openPostgres(url);
  context.onTestFinished(() => store.close());
  return store;
}
