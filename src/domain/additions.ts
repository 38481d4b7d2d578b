import type { OperationName, Request } from '../contract/operations.ts';
import type { ResourceKind } from '../contract/schemas/fields.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Model, type Records, type ResourceFields } from './records.ts';
import { paramReferences, referenceTo } from './references.ts';

/** Parameters of every operation that creates a resource. */
type NewResourceParams = Pick<Request<'AddModel'>['params'], 'resourceUuid' | 'tagUuids'>;

/** The fields that every new resource has. */
type BaseFields = Pick<Model, 'uuid' | 'tagUuids' | 'createDate' | 'lastOpDate'>;

/**
 * Creates the handler that adds a resource.
 * @param make returns the resource, made of the other parameters; or the function that makes it of the service that
 *   the path names
 */
export function addHandler<Name extends OperationName, Kind extends ResourceKind>(
  operation: Name,
  kind: Kind,
  make: (
    fields: Omit<Request<Name>['params'], keyof NewResourceParams>,
    base: BaseFields,
    dependencies: Dependencies,
    request: Request<Name>,
  ) =>
    | ResourceFields<Kind>
    | Promise<ResourceFields<Kind>>
    | ((service: Records['ModelService']) => ResourceFields<Kind>),
): Handler<Name> {
  const handler = async (request: Request<Name>, dependencies: Dependencies) => {
    const { store, newUuid, clock } = dependencies;
    const { uuid: serviceUuid = '' } = request.path as { uuid?: string };
    const params = request.params as NewResourceParams;
    const { tagUuids = [], resourceUuid: uuid = newUuid(), ...fields } = params;
    const now = clock();
    const base = { uuid, tagUuids, createDate: now, lastOpDate: now };
    const made = await make(fields as never, base, dependencies, request);
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
      serviceUuid,
      made,
      { references: [referenceTo('uuid', 'ModelServiceVO', serviceUuid), ...references], tags },
      toResult,
    );
  };
  return handler as unknown as Handler<Name>;
}
