import type { ResourceType } from '../contract/schemas/resource.ts';
import type { Dependencies } from './dependencies.ts';
import type { Tag } from './records.ts';

/** A tag as it is attached to a resource. */
export function newTag<Type extends Tag['type']>(
  type: Type,
  { resourceType, resourceUuid, tag }: Pick<Tag, 'resourceType' | 'resourceUuid' | 'tag'>,
  now: number,
  { newUuid }: Dependencies,
) {
  return {
    uuid: newUuid(),
    resourceUuid,
    resourceType,
    tag,
    type,
    inherent: false,
    createDate: now,
    lastOpDate: now,
  };
}

/** The tags a write attaches to a resource, system tags first. */
export function createTags(
  { systemTags, userTags }: { systemTags: readonly string[]; userTags: readonly string[] },
  resourceType: ResourceType,
  resourceUuid: string,
  now: number,
  dependencies: Dependencies,
): Tag[] {
  const attach = <Type extends Tag['type']>(type: Type, texts: readonly string[]) =>
    texts.map((tag) => newTag(type, { resourceType, resourceUuid, tag }, now, dependencies));
  return [...attach('System', systemTags), ...attach('User', userTags)];
}
