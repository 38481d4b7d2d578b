import { expect, onTestFinished } from 'vitest';
import type { ExpectedError } from './errors.ts';
import type { Server } from './server.ts';
import { isOnPostgres } from './server-database.ts';

/** How a request ends that the database fails. */
export const internalError: ExpectedError = {
  status: 503,
  code: 'SYS.1000',
  details: expect.stringMatching(/^see the server's log for the request [0-9a-f]{32}$/),
};

/** Lets every deletion of a table's rows fail in the middle of a request, until the test is over. */
export async function failDeletionsFrom(server: Server, table: string): Promise<void> {
  onTestFinished(await failEachDeletion(server, 'DELETE', table, 'the deletion fails'));
}

/** Has the database reject a statement on a table's rows, selected by `when`; returns a function that undoes this. */
export async function failEachDeletion(
  server: Server,
  statement: 'INSERT' | 'DELETE',
  table: string,
  reason: string,
  when = '1 = 1',
): Promise<() => Promise<void>> {
  if (isOnPostgres) {
    await server.execute(
      `CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '${reason}'; END $$;
       CREATE TRIGGER reject BEFORE ${statement} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION reject()`,
    );
    return () => server.execute('DROP FUNCTION reject CASCADE');
  }
  await server.execute(
    `CREATE TRIGGER reject BEFORE ${statement} ON ${table} WHEN ${when}
     BEGIN SELECT RAISE(ABORT, '${reason}'); END`,
  );
  return () => server.execute('DROP TRIGGER reject');
}
