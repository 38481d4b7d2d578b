import type { ResourceType } from '../contract/schemas/resource.ts';
import type { Dependencies } from './dependencies.ts';
import type { Tag } from './records.ts';
import type { Reference } from './store.ts';

/** The resource that the request's path names. */
export function pathReference(field: string, type: ResourceType, uuid: string): Reference {
  return { field, type, uuids: [uuid], list: false };
}

/** The resources that an argument names; none if it is absent. */
export function argumentReference(
  field: string,
  type: Reference['type'],
  value: string | readonly string[] | undefined,
): Reference[] {
  if (value === undefined) return [];
  const list = typeof value !== 'string';
  return [{ field, type, uuids: list ? value : [value], list }];
}

/** References that are checked only in strict mode (F13). */
export function whenStrict(
  { strictReferences }: Dependencies,
  references: Reference[],
): Reference[] {
  return strictReferences ? references : [];
}

/** Creates a tag of a resource. */
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

/** Creates the tags that a write attaches to a resource, system tags first. */
export function createTags(
  { systemTags, userTags }: { systemTags: readonly string[]; userTags: readonly string[] },
  resourceType: ResourceType,
  resourceUuid: string,
  now: number,
  dependencies: Dependencies,
): Tag[] {
  const create = <Type extends Tag['type']>(type: Type, texts: readonly string[]) =>
    texts.map((tag) => newTag(type, { resourceType, resourceUuid, tag }, now, dependencies));
  return [...create('System', systemTags), ...create('User', userTags)];
}
