import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { Question } from './answers.ts';

/**
 * What answering takes: `bounded` no more than its page, `search` as much as an index leads to, `scan` as
 * much as there is.
 */
export type Effort = 'bounded' | 'search' | 'scan';

/** Rows that may be skipped before a page, and that it may have. */
const ROWS_MAX = 1000;
/** Statements whose plans are remembered. */
const PLANS_MAX = 1000;

/**
 * Makes what tells the effort of a question from SQLite's plan for it.
 * @param smallBytes size of a database in which nothing takes long
 */
export function compileEffort(
  client: Database.Database,
  smallBytes: number,
): (question: Question) => Effort {
  const bytes = client
    .prepare<unknown[]>('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
    .pluck();
  const known = new LRUCache<string, Effort, Question>({
    max: PLANS_MAX,
    memoMethod: (_sql, _stale, { context }) => effortOf(client, context),
  });
  return (question) => {
    if ((bytes.get() as number) <= smallBytes) return 'bounded';
    const effort = known.memo(question.sql, { context: question });
    const { offset, limit = 0 } = question;
    return effort === 'bounded' && Math.max(offset, limit) > ROWS_MAX ? 'search' : effort;
  };
}

function effortOf(client: Database.Database, { sql, values, conditions, limit }: Question): Effort {
  const steps = (
    client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]
  ).map(({ detail }) => detail);
  const has = (pattern: RegExp) => steps.some((step) => pattern.test(step));
  const isPage = limit !== undefined;
  // Of the last term alone, only those are sorted that are otherwise equal.
  const isInOrder = isPage && !has(/USE TEMP B-TREE FOR ORDER BY/);
  if (conditions === 0 && !isPage) return 'search';
  if (conditions === 0) return isInOrder ? 'bounded' : 'scan';
  if (has(/^SCAN (?!json_each)/)) return 'scan';
  // What one equal value leads to comes in order, and ends with the page.
  const isEqual = conditions === 1 && !has(/SUBQUERY|[<>]/);
  return isInOrder && isEqual ? 'bounded' : 'search';
}
