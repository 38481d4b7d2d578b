import { expect, onTestFinished } from 'vitest';
import { Database } from '../../src/store/sqlite/driver.ts';
import type { Refusal } from './refusals.ts';
import type { Server } from './server.ts';

/** How a request ends that the database fails. */
export const internalError: Refusal = {
  status: 503,
  code: 'SYS.1000',
  details: expect.stringMatching(/^see the server's log for the request [0-9a-f]{32}$/),
};

/** Lets every deletion of a table's rows fail in the middle of a request, until the test is over. */
export function failDeletionsFrom({ file }: Server, table: string): void {
  const run = (statement: string) => {
    const client = new Database(file);
    try {
      client.exec(statement);
    } finally {
      client.close();
    }
  };
  run(
    `CREATE TRIGGER fail_deletions BEFORE DELETE ON ${table}
     BEGIN SELECT RAISE(ABORT, 'the deletion fails'); END`,
  );
  onTestFinished(() => run('DROP TRIGGER fail_deletions'));
}
