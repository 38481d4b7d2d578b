import type { ResourceType } from '../contract/resource.ts';
import type { Ports, Reference } from './ports.ts';

/** One resource that the request's path names. */
export function inPath(field: string, type: ResourceType, uuid: string): Reference {
  return { field, type, uuids: [uuid], list: false };
}

/** Resources that an argument names; none where it is absent. */
export function named(
  field: string,
  type: Reference['type'],
  value: string | readonly string[] | undefined,
): Reference[] {
  if (value === undefined) return [];
  const list = typeof value !== 'string';
  return [{ field, type, uuids: list ? value : [value], list }];
}

/** References that are stored as given unless the settings are strict (decision 13). */
export function strictly({ strictReferences }: Ports, references: Reference[]): Reference[] {
  return strictReferences ? references : [];
}
