import type { ResourceType } from '../contract/schemas/resource.ts';
import type { Dependencies } from './dependencies.ts';
import type { Reference } from './store.ts';

/** The resource that the request's path names. */
export function pathReference(field: string, type: ResourceType, uuid: string): Reference {
  return { field, type, uuids: [uuid], list: false };
}

/** The resources that an argument names; none if it is absent. */
export function argumentReference(
  field: string,
  type: Reference['type'],
  value: string | readonly string[] | undefined,
): Reference[] {
  if (value === undefined) return [];
  const list = typeof value !== 'string';
  return [{ field, type, uuids: list ? value : [value], list }];
}

/** The same, checked only in strict mode (F13). */
export function strictReference(
  { strictReferences }: Dependencies,
  ...argument: Parameters<typeof argumentReference>
): Reference[] {
  return strictReferences ? argumentReference(...argument) : [];
}
