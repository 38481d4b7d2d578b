import { type Static, Type } from '@sinclair/typebox';
import { createDate, lastOpDate, resourceTypes, uuid } from './resource.ts';
import { boolean, boundedList, listOf, oneOf, uuidOf, verbatim } from './schema.ts';

const tag = verbatim('The tag; kept as sent.', { max: 4096 });

/** What every write may carry beside its wrapper or inside it (decision 29). */
export const tagFields = {
  systemTags: listOf(
    'System tags to attach, kept as sent; duplicates are dropped.',
    tag,
    boundedList,
  ),
  userTags: listOf('User tags to attach, kept as sent; duplicates are dropped.', tag, boundedList),
};

const field = {
  resourceType: oneOf('Kind of the tagged resource.', resourceTypes),
  resourceUuid: uuidOf('the tagged resource'),
  tag,
};

export const UserTagInventory = Type.Object(
  {
    uuid,
    ...field,
    type: oneOf('Kind of tag.', ['User']),
    createDate,
    lastOpDate,
  },
  { $id: 'UserTagInventory', description: 'A tag that a user attached to a resource.' },
);
export type UserTagInventory = Static<typeof UserTagInventory>;

export const SystemTagInventory = Type.Object(
  {
    uuid,
    ...field,
    type: oneOf('Kind of tag.', ['System']),
    inherent: boolean('Whether the tag came with the platform: always false.'),
    createDate,
    lastOpDate,
  },
  { $id: 'SystemTagInventory', description: 'A tag that steers how a resource is treated.' },
);
export type SystemTagInventory = Static<typeof SystemTagInventory>;

export const CreateTagParams = Type.Object({
  resourceType: field.resourceType,
  resourceUuid: field.resourceUuid,
  tag,
});

export const UpdateTagParams = Type.Object({ tag });
