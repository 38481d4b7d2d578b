import { invalidUuid } from './deletions.ts';
import type { Handler } from './dependencies.ts';

/** Deletes models and returns a result for each; one that is no uuid fails alone (F55). */
export const DeleteModels: Handler<'DeleteModels'> = async ({ query }, { store }) => {
  const results = [...new Set(query.uuids)].map((uuid) => {
    const failure = invalidUuid('uuid', uuid);
    return failure
      ? { uuid, success: false, error: failure.answer.error }
      : { uuid, success: true };
  });
  const wellFormed = results.filter(({ success }) => success).map(({ uuid }) => uuid);
  return store.deleteResources('ModelVO', wellFormed, () => ({ results }));
};
