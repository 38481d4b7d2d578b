import type { ResourceType } from '../contract/resource.ts';
import type { Ports } from './ports.ts';
import type { Tag } from './records.ts';

/** The tags a write attaches to a resource, system tags first. */
export function tagsOf(
  { systemTags, userTags }: { systemTags: readonly string[]; userTags: readonly string[] },
  resourceType: ResourceType,
  resourceUuid: string,
  now: number,
  { newUuid }: Ports,
): Tag[] {
  const tag = (type: Tag['type']) => (text: string) => ({
    uuid: newUuid(),
    resourceUuid,
    resourceType,
    tag: text,
    type,
    createDate: now,
    lastOpDate: now,
  });
  return [...systemTags.map(tag('System')), ...userTags.map(tag('User'))];
}
