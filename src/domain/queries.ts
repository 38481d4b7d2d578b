import type { OperationName } from '../contract/operations.ts';
import type { Kind } from '../contract/schemas/fields.ts';
import { DEFAULT_LIMIT } from '../contract/schemas/query.ts';
import type { PageQuery, Ports } from './dependencies.ts';
import type { Rule } from './handler.ts';
import { inventoryOf, partialInventoryOf } from './inventory.ts';
import { readConditions, readFields, readSort } from './query-language.ts';
import type { Records, Told } from './records.ts';

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

/** The rule that lists one kind: a page, the number of all, or both (contract §4.7). */
export function queryRule<Name extends OperationName>(kind: Kind): Rule<Name> {
  const rule = async ({ query }: QueryRequest, ports: Ports) => {
    const { q = [], limit = DEFAULT_LIMIT, start = 0 } = query;
    const conditions = readConditions(kind, q, ports.parseDate);
    const sort = readSort(kind, query.sort);
    const fields = readFields(kind, query.fields);
    const total = () => ports.store.count(kind, conditions);
    if (query.count) return { total: await total() };

    const page = { conditions, ...(sort && { sort }), start, limit };
    const records = limit === 0 ? [] : await readPage(kind, page, fields, ports);
    const inventories = records.map((record) => told(kind, record, fields, ports.formatDate));
    return { inventories, ...(query.replyWithCount && { total: await total() }) };
  };
  return rule as unknown as Rule<Name>;
}

/** The rule that returns one resource, or an empty list (decision 22). */
export function getRule<Name extends OperationName>(kind: Kind): Rule<Name> {
  const rule = async ({ path, query }: GetRequest, { store, formatDate }: Ports) => {
    const fields = readFields(kind, query.fields);
    const record = await store.find(kind, path.uuid);
    return { inventories: record ? [told(kind, record, fields, formatDate)] : [] };
  };
  return rule as unknown as Rule<Name>;
}

/** What is told of a record: all, or the fields asked for. */
function told(
  kind: Kind,
  record: Partial<Records[Kind]>,
  fields: readonly string[] | undefined,
  formatDate: Ports['formatDate'],
): unknown {
  return fields
    ? partialInventoryOf(kind, record, fields, formatDate)
    : inventoryOf(kind, record as Told<Records[Kind]>, formatDate);
}

/** The records of a page, whole or with the fields asked for. */
async function readPage(
  kind: Kind,
  page: PageQuery,
  fields: readonly string[] | undefined,
  { store }: Ports,
): Promise<Partial<Records[Kind]>[]> {
  return fields ? store.listFields(kind, page, fields) : store.list(kind, page);
}
