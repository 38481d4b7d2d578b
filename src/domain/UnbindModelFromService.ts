import type { Handler } from './handler.ts';
import { assertUuid } from './references.ts';

/** Removes a binding; without one there is nothing to do (F19). */
export const UnbindModelFromService: Handler<'UnbindModelFromService'> = async (
  { path },
  { store },
) => {
  assertUuid('modelUuid', path.modelUuid);
  assertUuid('modelServiceUuid', path.modelServiceUuid);
  return store.unbindModelFromService(path.modelUuid, path.modelServiceUuid, () => ({}));
};
