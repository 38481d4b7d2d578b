import pg from 'pg';
import { newUuid } from './records.ts';

/** Names the schemas of a run of tests, and removes them when it is over. */
export default function setup(): () => Promise<void> {
  const run = newUuid().slice(0, 8);
  process.env.AIOS_TEST_RUN = run;
  return async () => {
    const client = new pg.Client(process.env.AIOS_TEST_POSTGRES_URL);
    await client.connect();
    const { rows } = await client.query(
      'SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)',
      [`aios_test_${run}_`],
    );
    // One at a time: together they would take more locks than there are.
    for (const { nspname } of rows) await client.query(`DROP SCHEMA ${nspname} CASCADE`);
    await client.end();
  };
}
