/** A statement with its values. One with a name stays prepared on its connection. */
export interface Statement {
  text: string;
  name?: string;
  values?: readonly unknown[];
}

export interface StatementResult {
  /** Rows, each a list of values in the order of the columns. */
  rows: unknown[][];
  /** Number of rows changed or found. */
  count: number;
}

/**
 * Work on a database, written once for both: a generator that yields each statement and gets its result, from SQLite
 * at once and from PostgreSQL later (ADR-25).
 */
export type Steps<Result> = Generator<Statement, Result, StatementResult>;

/**
 * Makes the steps of a piece of work, which may run several times. An arrow function that calls a generator function:
 * V8 makes a hidden class for each generator function that is called, which keeps what it refers to, such as the
 * request's body, until a full garbage collection. So none is made for each request.
 */
export type Work<Result> = () => Steps<Result>;

/** Work without a statement, which has this result. */
// biome-ignore lint/correctness/useYield: there is nothing to yield
export function* noSteps<Result>(result: Result): Steps<Result> {
  return result;
}

/** Work of one statement, whose result it has. */
export function* oneStep(statement: Statement): Steps<StatementResult> {
  return yield statement;
}

/** Work of statements whose results are not needed. */
export function* inOrder(...statements: readonly Statement[]): Steps<void> {
  for (const statement of statements) yield statement;
}

/** The result of work that was done before. */
export type Done<Result> = { result: Result } | undefined;

/**
 * Runs pieces of work, each in a transaction of its own; a write is durable when its promise resolves. A write may have
 * work that finds out whether it was done, for when the answer to its commit is lost; what that changes is undone.
 */
export interface Transactions {
  read: <Result>(work: Work<Result>) => Promise<Result>;
  write: <Result>(work: Work<Result>, findDone?: Work<Done<Result>>) => Promise<Result>;
  /** A write that is a single statement, perhaps with a read after it. */
  writeStatement: <Result>(work: Work<Result>, findDone?: Work<Done<Result>>) => Promise<Result>;
  /** A write that rejects, rather than wait, if another program has locked a SQLite database. */
  tryWrite: <Result>(work: Work<Result>) => Promise<Result>;
}
