import type { OperationName, Request } from '../contract/operations.ts';
import type { EntityKind } from '../contract/schemas/fields.ts';
import { DEFAULT_LIMIT } from '../contract/schemas/query.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { parseConditions, parseFields, parseSort } from './query-language.ts';

/** Creates the handler that lists one kind: a page, the total number, or both (F57). */
export function queryHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async (
    { query, caller }: Request<'QueryModel'>,
    { store, parseDate, formatDate }: Dependencies,
  ) => {
    const { q = [], limit = DEFAULT_LIMIT, start = 0 } = query;
    const conditions = parseConditions(kind, q, parseDate);
    const sort = parseSort(kind, query.sort);
    const fields = parseFields(kind, query.fields);
    if (query.count) return { total: await store.count(kind, conditions, caller) };

    const page = { conditions, ...(sort && { sort }), start, limit };
    const read = () =>
      fields ? store.listFields(kind, page, fields, caller) : store.list(kind, page, caller);
    const { records, ...total } = query.replyWithCount
      ? await store.listWithTotal(kind, page, fields, caller)
      : { records: limit === 0 ? [] : await read() };
    const inventories = records.map((record) => toInventory(kind, record, formatDate, fields));
    return { inventories, ...total };
  };
  return handler as unknown as Handler<Name>;
}

/** Creates the handler that returns one resource in a list, which is empty for an unknown one (F22). */
export function getHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async (
    { path, query, caller }: Request<'GetModel'>,
    { store, formatDate }: Dependencies,
  ) => {
    const fields = parseFields(kind, query.fields);
    const record = await store.find(kind, path.uuid, caller);
    return { inventories: record ? [toInventory(kind, record, formatDate, fields)] : [] };
  };
  return handler as unknown as Handler<Name>;
}
