import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Condition, IsAborted, PageQuery, Store } from '../../domain/store.ts';
import type { TransactionBatcher } from './engine/batcher.ts';
import type { QueryWorker } from './engine/query-worker.ts';
import type { SqlQuery } from './engine/run-query.ts';
import type { FileIdentity } from './file/files.ts';
import { countQuery, isBoundedCount, isBoundedPage, pageQuery } from './queries.ts';
import type { CompiledRecords } from './records.ts';

interface Parts {
  batcher: TransactionBatcher;
  records: CompiledRecords;
  runQuery: (query: SqlQuery) => unknown[];
  fileIdentity: FileIdentity;
  /** Runs what an index doesn't bound; without it, such a query holds up all others. */
  worker: QueryWorker | undefined;
}

type Reads = Pick<Store, 'find' | 'list' | 'listFields' | 'count'>;

/** Creates the store's reads of resources. */
export function createReads({ batcher, records, runQuery, fileIdentity, worker }: Parts): Reads {
  function run(query: SqlQuery, isBounded: boolean, isAborted?: IsAborted): Promise<unknown[]> {
    // The worker would open whatever file has taken the place of a moved one.
    if (isBounded || !worker || !fileIdentity.isUnmoved) {
      return batcher.read(() => runQuery(query), isAborted);
    }
    return worker.run(query, isAborted);
  }

  async function list<Listed extends object>(
    kind: EntityKind,
    query: PageQuery,
    fields?: readonly string[],
    isAborted?: IsAborted,
  ): Promise<Listed[]> {
    const { rows, toRecord } = records.page(kind, fields);
    const sqlQuery = { ...pageQuery(kind, query), rows };
    const found = await run(sqlQuery, isBoundedPage(kind, query), isAborted);
    return (found as unknown[][]).map(toRecord) as unknown as Listed[];
  }

  async function count(kind: EntityKind, conditions: readonly Condition[]): Promise<number> {
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
