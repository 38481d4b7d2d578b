import type { OperationName } from '../contract/operations.ts';
import type { EntityKind } from '../contract/schemas/fields.ts';
import { DEFAULT_LIMIT } from '../contract/schemas/query.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory, toPartialInventory } from './inventory.ts';
import { parseConditions, parseFields, parseSort } from './query-language.ts';
import type { PublicView, Records } from './records.ts';
import type { PageQuery } from './store.ts';

interface QueryRequest {
  query: {
    q?: string[];
    limit?: number;
    start?: number;
    sort?: string;
    fields?: string;
    count?: boolean;
    replyWithCount?: boolean;
  };
}

interface GetRequest {
  path: { uuid: string };
  query: { fields?: string };
}

/** Creates the handler that lists one kind: a page, the total number, or both (F57). */
export function queryHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async ({ query }: QueryRequest, dependencies: Dependencies) => {
    const { q = [], limit = DEFAULT_LIMIT, start = 0 } = query;
    const conditions = parseConditions(kind, q, dependencies.parseDate);
    const sort = parseSort(kind, query.sort);
    const fields = parseFields(kind, query.fields);
    const total = () => dependencies.store.count(kind, conditions);
    if (query.count) return { total: await total() };

    const page = { conditions, ...(sort && { sort }), start, limit };
    const records = limit === 0 ? [] : await readPage(kind, page, fields, dependencies);
    const inventories = records.map((record) =>
      toView(kind, record, fields, dependencies.formatDate),
    );
    return { inventories, ...(query.replyWithCount && { total: await total() }) };
  };
  return handler as unknown as Handler<Name>;
}

/** Creates the handler that returns one resource in a list, which is empty for an unknown one (F22). */
export function getHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async ({ path, query }: GetRequest, { store, formatDate }: Dependencies) => {
    const fields = parseFields(kind, query.fields);
    const record = await store.find(kind, path.uuid);
    return { inventories: record ? [toView(kind, record, fields, formatDate)] : [] };
  };
  return handler as unknown as Handler<Name>;
}

/** Maps a record to its API representation, whole or with the requested fields. */
function toView(
  kind: EntityKind,
  record: Partial<Records[EntityKind]>,
  fields: readonly string[] | undefined,
  formatDate: Dependencies['formatDate'],
): unknown {
  return fields
    ? toPartialInventory(kind, record, fields, formatDate)
    : toInventory(kind, record as PublicView<Records[EntityKind]>, formatDate);
}

/** Reads the records of a page, whole or with the requested fields. */
async function readPage(
  kind: EntityKind,
  page: PageQuery,
  fields: readonly string[] | undefined,
  { store }: Dependencies,
): Promise<Partial<Records[EntityKind]>[]> {
  return fields ? store.listFields(kind, page, fields) : store.list(kind, page);
}
