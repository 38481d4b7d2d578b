import type { OperationName, Request } from '../contract/operations.ts';
import type { ResourceKind } from '../contract/schemas/fields.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Records, type ResourceFields } from './records.ts';
import { paramReferences, referenceTo } from './references.ts';

/** Returns the changed resource, but for `lastOpDate`; throws ApiError for one that may not be changed. */
type Change<Kind extends ResourceKind> = (current: Records[Kind]) => ResourceFields<Kind>;

/**
 * Creates the handler that changes a resource and its `lastOpDate` (F14).
 * @param prepare makes the change for a request at a time; by default it sets the fields given
 */
export function updateHandler<Name extends OperationName, Kind extends ResourceKind>(
  operation: Name,
  kind: Kind,
  prepare: (
    request: Request<Name>,
    dependencies: Dependencies,
    now: number,
  ) => Change<Kind> | Promise<Change<Kind>> = ({ params }) =>
    (current) => ({
      ...current,
      ...params,
    }),
): Handler<Name> {
  const handler = async (request: Request<Name>, dependencies: Dependencies) => {
    const { path, params, ...tags } = request;
    const { uuid } = path as { uuid: string };
    const now = dependencies.clock();
    const change = await prepare(request, dependencies, now);
    return dependencies.store.changeResources(
      kind,
      [uuid],
      (current) => ({ ...change(current), lastOpDate: now }),
      {
        references: [
          referenceTo('uuid', `${kind}VO`, uuid),
          ...paramReferences(operation, params as object, dependencies),
        ],
        tags: createTags(tags, `${kind}VO`, uuid, now, dependencies),
      },
      ([changed]) => ({
        inventory: toInventory(kind, changed as Records[Kind], dependencies, now),
      }),
    );
  };
  return handler as unknown as Handler<Name>;
}
