import type { OperationName, Request } from '../contract/operations.ts';
import type { ResourceKind } from '../contract/schemas/fields.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Records } from './records.ts';
import { pathReference } from './references.ts';

/**
 * Creates the handler that changes the given fields of a resource and its `lastOpDate` (F14).
 * @param assertChangeable throws ApiError for a resource that may not be changed
 */
export function updateHandler<Name extends OperationName, Kind extends ResourceKind>(
  kind: Kind,
  assertChangeable: (current: Records[Kind]) => void = () => {},
): Handler<Name> {
  const handler = async (
    { path: { uuid }, params, ...tags }: Request<'UpdateModelCenter'>,
    dependencies: Dependencies,
  ) => {
    const now = dependencies.clock();
    return dependencies.store.changeResource(
      kind,
      uuid,
      (current) => {
        assertChangeable(current);
        return { ...current, ...params, lastOpDate: now };
      },
      {
        references: [pathReference('uuid', `${kind}VO`, uuid)],
        tags: createTags(tags, `${kind}VO`, uuid, now, dependencies),
      },
      (changed) => ({ inventory: toInventory(kind, changed, dependencies.formatDate, now) }),
    );
  };
  return handler as unknown as Handler<Name>;
}
