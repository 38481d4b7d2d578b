import { ApiError } from '../contract/errors.ts';
import { isUuid, type ResourceType } from '../contract/schemas/resource.ts';
import type { Handler } from './dependencies.ts';

/** Creates the handler that deletes one resource with its bindings, images and tags (F23 and F24). */
export function deleteHandler(
  type: ResourceType,
): Handler<'DeleteModel'> & Handler<'DeleteModelService'> {
  return async ({ path: { uuid }, query }, { store }) => {
    assertUuid('uuid', uuid);
    const toResult = (used: ReadonlySet<string>) => {
      if (used.has(uuid)) throw usedByDeployment(uuid);
      return {};
    };
    return store.deleteResources(type, [uuid], toResult, {
      withUses: query.deleteMode === 'Enforcing',
    });
  };
}

/** Creates the handler that deletes several resources and returns a result for each; one that can't be deleted fails alone (F55). */
export function deleteAllHandler(type: ResourceType): Handler<'DeleteModels'> {
  return async ({ query }, { store }) => {
    const uuids = [...new Set(query.uuids)];
    const toResults = (used: ReadonlySet<string>) => ({
      results: uuids.map((uuid) => {
        const failure =
          invalidUuid('uuid', uuid) ?? (used.has(uuid) ? usedByDeployment(uuid) : undefined);
        return failure
          ? { uuid, success: false, error: failure.answer.error }
          : { uuid, success: true };
      }),
    });
    return store.deleteResources(type, uuids.filter(isUuid), toResults, {
      withUses: query.deleteMode === 'Enforcing',
    });
  };
}

/** Deletes a center with its models and datasets, or only if it has none; services stay (F23 and F24). */
export const DeleteModelCenter: Handler<'DeleteModelCenter'> = async (
  { path, query },
  { store },
) => {
  assertUuid('uuid', path.uuid);
  const options = { withContents: query.deleteMode === 'Enforcing' };
  return store.deleteModelCenter(path.uuid, options, () => ({}));
};

/** Removes a binding; a missing one is no error (F19). */
export const UnbindModelFromService: Handler<'UnbindModelFromService'> = async (
  { path },
  { store },
) => {
  assertUuid('modelUuid', path.modelUuid);
  assertUuid('modelServiceUuid', path.modelServiceUuid);
  return store.unbindModelFromService(path.modelUuid, path.modelServiceUuid, () => ({}));
};

/** The error of deleting, in Permissive mode, what the group of a deployment uses (F24). */
function usedByDeployment(uuid: string): ApiError {
  return new ApiError(
    'operationFailed',
    `the resource[uuid:${uuid}] is used by a deployment: delete that first, or use deleteMode[Enforcing]`,
  );
}

/** The error of deleting by a text that is no uuid (F23); undefined for a uuid. */
function invalidUuid(field: string, uuid: string): ApiError | undefined {
  if (isUuid(uuid)) return undefined;
  return new ApiError('resourceNotFound', `invalid value[${uuid}] of field [${field}]`);
}

/** @throws ApiError SYS.1003 for a text that is no uuid (F23) */
export function assertUuid(field: string, uuid: string): void {
  const error = invalidUuid(field, uuid);
  if (error) throw error;
}
