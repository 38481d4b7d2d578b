import type { Rule } from './handler.ts';
import { requireUuid } from './references.ts';

/** Removes a binding; without one there is nothing to do (decision 19). */
export const UnbindModelFromService: Rule<'UnbindModelFromService'> = async (
  { path },
  { store },
) => {
  requireUuid('modelUuid', path.modelUuid);
  requireUuid('modelServiceUuid', path.modelServiceUuid);
  return store.unbindModelFromService(path.modelUuid, path.modelServiceUuid, () => ({}));
};
