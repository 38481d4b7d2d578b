import { ApiError } from '../contract/errors.ts';
import { isUuid, type ResourceType } from '../contract/schemas/resource.ts';
import type { Handler } from './dependencies.ts';

/** Creates the handler that deletes one resource with its bindings, images and tags (F23 and F24). */
export function deleteHandler(
  type: ResourceType,
): Handler<'DeleteModel'> & Handler<'DeleteModelService'> {
  return async ({ path }, { store }) => {
    assertUuid('uuid', path.uuid);
    return store.deleteResources(type, [path.uuid], () => ({}));
  };
}

/** The error of deleting by a text that is no uuid (F23); undefined for a uuid. */
export function invalidUuid(field: string, uuid: string): ApiError | undefined {
  if (isUuid(uuid)) return undefined;
  return new ApiError('resourceNotFound', `invalid value[${uuid}] of field [${field}]`);
}

/** @throws ApiError SYS.1003 for a text that is no uuid (F23) */
export function assertUuid(field: string, uuid: string): void {
  const error = invalidUuid(field, uuid);
  if (error) throw error;
}
