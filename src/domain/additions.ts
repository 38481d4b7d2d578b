import type { OperationName, Request } from '../contract/operations.ts';
import type { ResourceKind } from '../contract/schemas/fields.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Records, type ResourceFields } from './records.ts';
import { paramReferences, pathReference } from './references.ts';

/** Parameters of every operation that creates a resource. */
interface NewResourceParams {
  resourceUuid?: string;
  tagUuids?: string[];
}

/** The fields of every new resource. */
interface OwnFields {
  uuid: string;
  tagUuids: string[];
  createDate: number;
  lastOpDate: number;
}

/**
 * Creates the handler that adds a resource.
 * @param make makes it of the other parameters; for one that is derived from the service that the path names, it
 *   returns the function that does
 */
export function addHandler<Name extends OperationName, Kind extends ResourceKind>(
  operation: Name,
  kind: Kind,
  make: (
    fields: Omit<Request<Name>['params'], keyof NewResourceParams>,
    own: OwnFields,
    dependencies: Dependencies,
    request: Request<Name>,
  ) =>
    | ResourceFields<Kind>
    | Promise<ResourceFields<Kind>>
    | ((service: Records['ModelService']) => ResourceFields<Kind>),
): Handler<Name> {
  const handler = async (request: Request<Name>, dependencies: Dependencies) => {
    const { store, newUuid, clock } = dependencies;
    const { uuid: source = '' } = request.path as { uuid?: string };
    const params = request.params as NewResourceParams;
    const { tagUuids = [], resourceUuid: uuid = newUuid(), ...fields } = params;
    const now = clock();
    const own = { uuid, tagUuids, createDate: now, lastOpDate: now };
    const made = await make(fields as never, own, dependencies, request);
    const references = paramReferences(operation, params, dependencies);
    const tags = createTags(request, `${kind}VO`, uuid, now, dependencies);
    const toResult = (added: Records[Kind]) => ({
      inventory: toInventory(kind, added, dependencies, now),
    });
    if (typeof made !== 'function') {
      return store.addResource(kind, made, { references, tags }, toResult);
    }
    return store.deriveResource(
      kind,
      { kind: 'ModelService', uuid: source },
      made,
      { references: [pathReference('uuid', 'ModelServiceVO', source), ...references], tags },
      toResult,
    );
  };
  return handler as unknown as Handler<Name>;
}
