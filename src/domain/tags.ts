import type { Request } from '../contract/operations.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { tagInventory } from './inventory.ts';
import { newTag, type Tag } from './records.ts';

/** Creates the handler that attaches a tag to a resource that does not have it yet. */
export function createTagHandler<Name extends 'CreateUserTag' | 'CreateSystemTag'>(
  type: Tag['type'],
): Handler<Name> {
  const handler = async ({ params }: Request<'CreateUserTag'>, dependencies: Dependencies) => {
    const tag = newTag(type, params, dependencies.clock(), dependencies) as Tag;
    const inventory = tagInventory(tag, dependencies.formatDate);
    return dependencies.store.addTag(tag, () => ({ inventory }));
  };
  return handler as unknown as Handler<Name>;
}
