import type Database from 'better-sqlite3';
import type { Statement, StatementResult, Steps } from '../steps.ts';
import { preparedTexts } from './dialect.ts';

/** Prepares the statements with a fixed text, and creates the function that runs the steps of a piece of work. */
export function createStepRunner(
  client: Database.Database,
): <Result>(steps: Steps<Result>) => Result {
  const executors = new Map(preparedTexts.map((text) => [text, prepare(text)]));

  function prepare(text: string): (values: readonly unknown[]) => StatementResult {
    const statement = client.prepare<unknown[]>(text);
    if (!statement.reader) {
      return (values) => ({ rows: [], count: statement.run(values).changes });
    }
    statement.raw();
    return (values) => {
      const rows = statement.all(values) as unknown[][];
      return { rows, count: rows.length };
    };
  }

  function execute({ text, values = [] }: Statement): StatementResult {
    return (executors.get(text) ?? prepare(text))(values);
  }

  return (steps) => {
    let step = steps.next();
    while (!step.done) {
      let result: StatementResult;
      try {
        result = execute(step.value);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(result);
    }
    return step.value;
  };
}
