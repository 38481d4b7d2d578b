import type { OperationName } from '../contract/operations.ts';
import type { ResourceKind } from '../contract/schemas/fields.ts';
import type { Dependencies } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Records } from './records.ts';
import { paramReferences } from './references.ts';
import type { Reference, WriteExtras } from './store.ts';

/** The request of an operation that creates a resource. */
interface Creation<Params> {
  params: Params & { tagUuids?: string[]; resourceUuid?: string };
  systemTags: string[];
  userTags: string[];
}

/**
 * Takes from a request what every new resource has.
 * @param first references that are checked before those of the parameters
 */
export function newResource<Kind extends ResourceKind, Params extends object>(
  operation: OperationName,
  kind: Kind,
  { params, systemTags, userTags }: Creation<Params>,
  dependencies: Dependencies,
  first: readonly Reference[] = [],
) {
  const { tagUuids = [], resourceUuid: uuid = dependencies.newUuid(), ...fields } = params;
  const now = dependencies.clock();
  return {
    /** The parameters without those of every new resource. */
    fields: fields as unknown as Omit<Params, 'tagUuids' | 'resourceUuid'>,
    own: { uuid, tagUuids, createDate: now, lastOpDate: now },
    extras: (): WriteExtras => ({
      references: [...first, ...paramReferences(operation, params, dependencies)],
      tags: createTags({ systemTags, userTags }, `${kind}VO`, uuid, now, dependencies),
    }),
    toResult: (added: Records[Kind]) => ({
      inventory: toInventory(kind, added, dependencies.formatDate, now),
    }),
  };
}
