import { type Placeholder, placeholder } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { tables } from '../src/store/postgres/tables.ts';
import type { Way } from './scale-table.ts';

const { modelServiceImages, modelServices, resources } = tables;

/**
 * The program that AddModelService is compared with: Drizzle on pg as their documentation shows them. It inserts
 * the rows of a service with two images, by one statement for each table, on all connections concurrently. Its
 * arguments are the database's URL, the number of connections, the seconds of warm-up and of measurement, a key of
 * `ways`, and the service as JSON. Prints the number of services inserted per second.
 */
const [url = '', connections = '', warmUp = '', seconds = '', way = '', reported = '{}'] =
  process.argv.slice(2);
const service = JSON.parse(reported);

const pool = new pg.Pool({ connectionString: url, max: Number(connections) });
const db = drizzle(pool, { casing: 'snake_case' });

type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];
interface Rows {
  resource: typeof resources.$inferInsert;
  service: typeof modelServices.$inferInsert;
  images: (typeof modelServiceImages.$inferInsert)[];
}

const newUuid = () => crypto.randomUUID().replaceAll('-', '');
let position = Date.now() * 1000;

function rows(): Rows {
  const uuid = newUuid();
  const now = Date.now();
  const { images, ...fields } = service;
  const dates = { createDate: now, lastOpDate: now };
  return {
    resource: { uuid, type: 'ModelServiceVO' },
    service: { ...fields, uuid, ...dates },
    images: images.map((image: object) => ({
      ...{ ...image, ...dates },
      ...{ position: position++, uuid: newUuid(), modelServiceUuid: uuid },
    })),
  };
}

async function insert(to: NodePgDatabase | Transaction, row: Rows): Promise<void> {
  await to.insert(resources).values(row.resource);
  await to.insert(modelServices).values(row.service);
  await to.insert(modelServiceImages).values(row.images);
}

/** A placeholder for each field of a row, named as the field. */
const placeholdersOf = <Row extends object>(row: Row, suffix = '') =>
  Object.fromEntries(
    Object.keys(row).map((name) => [name, placeholder(name + suffix)]),
  ) as unknown as { [Field in keyof Row]: Placeholder };

/** Inserts a service by three statements that stay prepared on the connection. */
function preparedOn(to: NodePgDatabase | Transaction) {
  const { resource, service: sample, images } = rows();
  const parts = images.map((image, index) => placeholdersOf(image, String(index)));
  const statements = {
    resource: to
      .insert(resources)
      .values(placeholdersOf(resource) as never)
      .prepare('resource'),
    service: to
      .insert(modelServices)
      .values(placeholdersOf(sample) as never)
      .prepare('service'),
    images: to
      .insert(modelServiceImages)
      .values(parts as never)
      .prepare('images'),
  };
  return async (row: Rows) => {
    await statements.resource.execute(row.resource);
    await statements.service.execute({ ...row.service });
    const values = row.images.flatMap((image, index) =>
      Object.entries(image).map(([name, value]) => [name + index, value]),
    );
    await statements.images.execute(Object.fromEntries(values));
  };
}

/** Ways to insert a service; prepared statements in a transaction need one connection for each worker. */
const ways: Record<Way, () => Promise<(row: Rows) => Promise<void>>> = {
  transaction: async () => (row) => db.transaction((tx) => insert(tx, row)),
  statements: async () => (row) => insert(db, row),
  'prepared statements': async () => preparedOn(db),
  'transaction of prepared statements': async () => {
    const client = await pool.connect();
    const own = drizzle(client, { casing: 'snake_case' }) as unknown as NodePgDatabase;
    const inserted = preparedOn(own);
    return async (row) => {
      await client.query('BEGIN');
      await inserted(row);
      await client.query('COMMIT');
    };
  },
};

const chosen = ways[way as Way];
if (!chosen) throw new Error(`${way} must be one of ${Object.keys(ways).join(', ')}`);
const workers = await Promise.all(Array.from({ length: Number(connections) }, chosen));

/** Inserts for a duration in seconds; returns the services inserted per second. */
async function measure(duration: number): Promise<number> {
  const began = performance.now();
  let inserted = 0;
  await Promise.all(
    workers.map(async (work) => {
      while (performance.now() < began + duration * 1000) {
        await work(rows());
        inserted++;
      }
    }),
  );
  return inserted / ((performance.now() - began) / 1000);
}

await measure(Number(warmUp));
console.log(await measure(Number(seconds)));
process.exit(0);
