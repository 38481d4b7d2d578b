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

/** Creates the handler that deletes several resources and returns a result for each; one that is no uuid fails alone (F55). */
export function deleteAllHandler(type: ResourceType): Handler<'DeleteModels'> {
  return async ({ query }, { store }) => {
    const results = [...new Set(query.uuids)].map((uuid) => {
      const failure = invalidUuid('uuid', uuid);
      return failure
        ? { uuid, success: false, error: failure.answer.error }
        : { uuid, success: true };
    });
    const wellFormed = results.filter(({ success }) => success).map(({ uuid }) => uuid);
    return store.deleteResources(type, wellFormed, () => ({ results }));
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
