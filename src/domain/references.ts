import { ApiError } from '../contract/errors.ts';
import { isUuid, type ResourceType } from '../contract/schemas/resource.ts';
import type { Dependencies, Reference } from './dependencies.ts';

/** One resource that the request's path names. */
export function pathReference(field: string, type: ResourceType, uuid: string): Reference {
  return { field, type, uuids: [uuid], list: false };
}

/** Resources that an argument names; none where it is absent. */
export function argumentReference(
  field: string,
  type: Reference['type'],
  value: string | readonly string[] | undefined,
): Reference[] {
  if (value === undefined) return [];
  const list = typeof value !== 'string';
  return [{ field, type, uuids: list ? value : [value], list }];
}

/** References that are stored as given unless the settings are strict (F13). */
export function whenStrict(
  { strictReferences }: Dependencies,
  references: Reference[],
): Reference[] {
  return strictReferences ? references : [];
}

/** The failure of deleting what no resource can be called (F23); undefined for a uuid. */
export function invalidUuid(field: string, uuid: string): ApiError | undefined {
  if (isUuid(uuid)) return undefined;
  return new ApiError('resourceNotFound', `invalid value[${uuid}] of field [${field}]`);
}

/** @throws ApiError SYS.1003 for a text that is no uuid (F23) */
export function assertUuid(field: string, uuid: string): void {
  const failure = invalidUuid(field, uuid);
  if (failure) throw failure;
}
