import type { OperationName, Request } from '../contract/operations.ts';
import { type EntityKind, queryField } from '../contract/schemas/fields.ts';
import { DEFAULT_LIMIT } from '../contract/schemas/query.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { parseConditions, parseFields, parseSort } from './query-language.ts';

/** Creates the handler that lists one kind: a page, the total number, or both (F57). */
export function queryHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async ({ query, caller }: Request<'QueryModel'>, dependencies: Dependencies) => {
    const { store, clock, parseDate } = dependencies;
    const { q = [], limit = DEFAULT_LIMIT, start = 0 } = query;
    const now = clock();
    const conditions = parseConditions(kind, q, parseDate, now);
    const sort = parseSort(kind, query.sort, now);
    const fields = parseFields(kind, query.fields);
    if (query.count) return { total: await store.count(kind, conditions, caller) };

    const stored = fields && storedFields(kind, fields);
    const page = { conditions, ...(sort && { sort }), start, limit, fields: stored };
    const { records, ...total } = query.replyWithCount
      ? await store.listWithTotal(kind, page, caller)
      : { records: limit === 0 ? [] : await store.list(kind, page, caller) };
    const inventories = records.map((record) =>
      toInventory(kind, record, dependencies, now, fields),
    );
    return { inventories, ...total };
  };
  return handler as unknown as Handler<Name>;
}

/** Creates the handler that returns one resource in a list, which is empty for an unknown one (F22). */
export function getHandler<Name extends OperationName>(kind: EntityKind): Handler<Name> {
  const handler = async (
    { path, query, caller }: Request<'GetModel'>,
    dependencies: Dependencies,
  ) => {
    const fields = parseFields(kind, query.fields);
    const record = await dependencies.store.find(kind, path.uuid, caller);
    const now = dependencies.clock();
    return { inventories: record ? [toInventory(kind, record, dependencies, now, fields)] : [] };
  };
  return handler as unknown as Handler<Name>;
}

/** The fields to read for those that are returned. */
function storedFields(kind: EntityKind, fields: readonly string[]): string[] {
  return fields.flatMap((name) =>
    queryField(kind, name)?.whenReady ? ['outcome', 'readyDate'] : name,
  );
}
