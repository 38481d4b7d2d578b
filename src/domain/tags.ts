import type { Request } from '../contract/operations.ts';
import { assertUuid } from './deletions.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { newTag, type Tag } from './records.ts';

/** Creates the handler that attaches a tag to a resource that does not have it yet. */
export function createTagHandler<Name extends 'CreateUserTag' | 'CreateSystemTag'>(
  type: Tag['type'],
): Handler<Name> {
  const handler = async ({ params }: Request<'CreateUserTag'>, dependencies: Dependencies) => {
    const now = dependencies.clock();
    const tag = newTag(type, params, now, dependencies);
    const inventory = toInventory(`${type}Tag`, tag, dependencies, now);
    return dependencies.store.addTag(tag, () => ({ inventory }));
  };
  return handler as unknown as Handler<Name>;
}

/** Changes a tag's text, unless its resource has a tag with that text already. */
export const UpdateSystemTag: Handler<'UpdateSystemTag'> = async (
  { path, params },
  dependencies,
) => {
  const now = dependencies.clock();
  const change = { tag: params.tag, lastOpDate: now };
  return dependencies.store.changeSystemTag(path.uuid, change, (tag) => ({
    inventory: toInventory('SystemTag', tag, dependencies, now),
  }));
};

/** Deletes a user or system tag (F23). */
export const DeleteTag: Handler<'DeleteTag'> = async ({ path }, { store }) => {
  assertUuid('uuid', path.uuid);
  return store.deleteTag(path.uuid, () => ({}));
};
