import { assertUuid } from './deletions.ts';
import type { Handler } from './dependencies.ts';

/** Removes a binding; without one there is nothing to do (F19). */
export const UnbindModelFromService: Handler<'UnbindModelFromService'> = async (
  { path },
  { store },
) => {
  assertUuid('modelUuid', path.modelUuid);
  assertUuid('modelServiceUuid', path.modelServiceUuid);
  return store.unbindModelFromService(path.modelUuid, path.modelServiceUuid, () => ({}));
};
