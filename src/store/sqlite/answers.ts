import { LRUCache } from 'lru-cache';
import type { Database, Statement } from './driver.ts';

/** Statements kept prepared: queries come in few forms, but clients can make many. */
export const PREPARED_MAX = 200;

/** What is asked of the database: SQL that gives one value a row. */
export interface Question {
  sql: string;
  values: readonly unknown[];
  /** How many conditions its rows must satisfy. */
  conditions: number;
  /** Whether it ends with a page, whatever there is. */
  isPage: boolean;
  /** How many rows it skips. */
  offset: number;
}

/** Makes what answers questions: the value of each row. */
export function compileAnswers(client: Database): (question: Question) => unknown[] {
  const prepared = new LRUCache<string, Statement>({
    max: PREPARED_MAX,
    memoMethod: (sql) => client.prepare<unknown[]>(sql).pluck(),
  });
  return ({ sql, values }) => prepared.memo(sql).all(...values);
}
