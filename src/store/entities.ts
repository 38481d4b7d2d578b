import { type EntityKind, queryableEntities } from '../contract/schemas/fields.ts';

const kinds = Object.keys(queryableEntities) as EntityKind[];

/** Maps every kind of entity. */
export function mapKinds<Made>(make: (kind: EntityKind) => Made): Record<EntityKind, Made> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<EntityKind, Made>;
}

/** The fields of a kind that lists answer with; private ones are not even read. */
export function listedFields(kind: EntityKind): string[] {
  const sums = kind === 'ModelCenter' ? ['modelUsedCapacity', 'modelServiceUsedCapacity'] : [];
  return [...Object.keys(queryableEntities[kind].inventory.properties), ...sums];
}
