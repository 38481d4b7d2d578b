import { type Kind, queryables } from '../contract/schemas/fields.ts';

const kinds = Object.keys(queryables) as Kind[];

/** Makes something of each kind. */
export function ofEachKind<Made>(make: (kind: Kind) => Made): Record<Kind, Made> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, Made>;
}

/** The fields that lists need of a kind's records: without what is never told, which would only cost. */
export function toldFields(kind: Kind): string[] {
  const sums = kind === 'ModelCenter' ? ['modelUsedCapacity', 'modelServiceUsedCapacity'] : [];
  return [...Object.keys(queryables[kind].inventory.properties), ...sums];
}
