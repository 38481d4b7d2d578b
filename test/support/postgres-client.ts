import pg from 'pg';

/** Does something with a PostgreSQL database, by no code of the program. */
export async function withPostgres<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Executes statements in one transaction, on a connection of its own; resolves with the rows of a single one. */
export function queryPostgres(url: string, text: string): Promise<Record<string, unknown>[]> {
  return withPostgres(url, async (client) => (await client.query(text)).rows);
}
