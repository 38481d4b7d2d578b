import type Database from 'better-sqlite3';

export interface Executed {
  sql: string;
  /** SQLite's query plan, with the bound values. */
  plan: () => string[];
}

const methods = ['all', 'get', 'run', 'iterate'] as const;

/**
 * Watches the statements that are prepared on a connection from now on.
 * @returns a function that runs work and returns the statements executed meanwhile
 */
export function recordStatements(
  client: Database.Database,
): (work: () => Promise<unknown>) => Promise<Executed[]> {
  let executed: Executed[] = [];
  const prepare = client.prepare.bind(client);
  const explain = (sql: string, values: unknown[]) => () => {
    const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };
  client.prepare = ((sql: string) => {
    const statement = prepare(sql);
    for (const method of methods) {
      const run = statement[method].bind(statement) as (...values: unknown[]) => never;
      statement[method] = ((...values: unknown[]) => {
        executed.push({ sql, plan: explain(sql, values) });
        return run(...values);
      }) as never;
    }
    return statement;
  }) as typeof client.prepare;
  return async (work) => {
    executed = [];
    await work();
    return executed;
  };
}
