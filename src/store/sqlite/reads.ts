import type { Kind } from '../../contract/schemas/fields.ts';
import type { Condition, IsAborted, PageQuery, Store } from '../../domain/dependencies.ts';
import type { TransactionBatcher } from './engine/batcher.ts';
import type { QueryWorker } from './engine/query-worker.ts';
import type { SqlQuery } from './engine/run-query.ts';
import type { OpenFiles } from './file/identity.ts';
import { countQuery, isBoundedCount, isBoundedPage, pageQuery } from './queries.ts';
import type { CompiledRecords } from './records.ts';

interface Parts {
  batcher: TransactionBatcher;
  records: CompiledRecords;
  runQuery: (query: SqlQuery) => unknown[];
  files: OpenFiles;
  /** Runs what an index doesn't bound; without it, such a query holds up all others. */
  worker: QueryWorker | undefined;
}

type Reads = Pick<Store, 'find' | 'list' | 'listFields' | 'count'>;

/** Creates the store's reads of resources. */
export function createReads({ batcher, records, runQuery, files, worker }: Parts): Reads {
  function run(query: SqlQuery, isBounded: boolean, isAborted?: IsAborted): Promise<unknown[]> {
    // The worker would open whatever file has taken the place of a moved one.
    if (isBounded || !worker || !files.areInPlace) {
      return batcher.read(() => runQuery(query), isAborted);
    }
    return worker.run(query, isAborted);
  }

  async function list<Listed extends object>(
    kind: Kind,
    query: PageQuery,
    fields?: readonly string[],
    isAborted?: IsAborted,
  ): Promise<Listed[]> {
    const { rows, toRecord } = records.page(kind, fields);
    const sqlQuery = { ...pageQuery(kind, query), rows };
    const found = await run(sqlQuery, isBoundedPage(kind, query), isAborted);
    return (found as unknown[][]).map(toRecord) as unknown as Listed[];
  }

  async function count(kind: Kind, conditions: readonly Condition[]): Promise<number> {
    const [found] = await run(countQuery(kind, conditions), isBoundedCount(conditions));
    return found as number;
  }

  return {
    find: (kind, uuid, isAborted) => batcher.read(() => records.find(kind, uuid), isAborted),
    list: (kind, query, isAborted) => list(kind, query, undefined, isAborted),
    listFields: list,
    count,
  };
}
