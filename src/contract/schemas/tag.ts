import { Type } from '@sinclair/typebox';
import { createDate, lastOpDate, resourceTypes, uuid } from './resource.ts';
import { boolean, boundedList, listOf, objectOf, oneOf, uuidOf, verbatim } from './types.ts';

const tag = verbatim('Text of the tag; stored as sent.', { max: 4096 });

const tagsOf = (type: string) =>
  listOf(`${type} tags to attach; stored as sent, duplicates are removed.`, tag, boundedList);

/** Members of every write's body, next to the wrapper or inside it (F29). */
export const tagFields = { systemTags: tagsOf('System'), userTags: tagsOf('User') };

const resourceType = oneOf('Type of the tagged resource.', resourceTypes, {
  $id: 'TaggedResourceType',
});
const resourceUuid = uuidOf('the tagged resource');

const tagProperties = <Type extends 'User' | 'System'>(type: Type) => ({
  uuid,
  resourceUuid,
  resourceType,
  tag,
  type: oneOf(`Kind of tag: always \`${type}\`.`, [type]),
  createDate,
  lastOpDate,
});

export const UserTagInventory = objectOf(
  'UserTagInventory',
  'A tag that a user attached to a resource.',
  tagProperties('User'),
);

export const SystemTagInventory = objectOf(
  'SystemTagInventory',
  'A tag that the platform interprets; this server only stores it.',
  {
    ...tagProperties('System'),
    inherent: boolean('Whether the tag came with the platform: always false.'),
  },
);

export const CreateTagParams = Type.Object({ resourceType, resourceUuid, tag });

export const UpdateTagParams = Type.Object({ tag });
