import { assertUuid } from './deletions.ts';
import type { Handler } from './dependencies.ts';

/** Removes a binding; a missing one is no error (F19). */
export const UnbindModelFromService: Handler<'UnbindModelFromService'> = async (
  { path },
  { store },
) => {
  assertUuid('modelUuid', path.modelUuid);
  assertUuid('modelServiceUuid', path.modelServiceUuid);
  return store.unbindModelFromService(path.modelUuid, path.modelServiceUuid, () => ({}));
};
