import { type EntityKind, queryableEntities } from '../contract/schemas/fields.ts';

const kinds = Object.keys(queryableEntities) as EntityKind[];

/** Makes something of each kind. */
export function mapKinds<Made>(make: (kind: EntityKind) => Made): Record<EntityKind, Made> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<EntityKind, Made>;
}

/** The fields that lists need of a kind's records: without what is never told, which would only cost. */
export function listedFields(kind: EntityKind): string[] {
  const sums = kind === 'ModelCenter' ? ['modelUsedCapacity', 'modelServiceUsedCapacity'] : [];
  return [...Object.keys(queryableEntities[kind].inventory.properties), ...sums];
}
