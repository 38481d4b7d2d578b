import {
  CreateTagParams,
  SystemTagInventory,
  UpdateTagParams,
  UserTagInventory,
} from '../schemas/tag.ts';
import {
  add,
  DELETE_UNKNOWN,
  get,
  noFields,
  type Operation,
  query,
  remove,
  uuidOfThe,
  write,
} from './operation.ts';

const metadata = { tag: 'Tags', untagged: true } as const;
const userTags = { ...metadata, inventory: UserTagInventory } as const;
const systemTags = { ...metadata, inventory: SystemTagInventory } as const;
const USER_TAGS = '/v1/user-tags';
const SYSTEM_TAGS = '/v1/system-tags';

const create = {
  ...add,
  wrapper: 'params',
  wrapperAliases: ['param'],
  failures: ['operationFailed'],
  params: CreateTagParams,
  evidence: 'O',
} as const;

export const tagOperations = {
  CreateUserTag: {
    ...userTags,
    ...create,
    path: USER_TAGS,
    summary: 'Attach a user tag',
    description: 'Attaches a user tag to a resource; one that it carries already is SYS.1006.',
  },
  QueryUserTag: { ...userTags, ...query(USER_TAGS, 'user tags') },
  GetUserTag: { ...userTags, ...get(`${USER_TAGS}/{uuid}`, 'tag', 'user tag') },
  CreateSystemTag: {
    ...systemTags,
    ...create,
    path: SYSTEM_TAGS,
    summary: 'Attach a system tag',
    description: 'Attaches a system tag to a resource; one that it carries already is SYS.1006.',
  },
  UpdateSystemTag: {
    ...systemTags,
    ...write,
    failures: ['operationFailed'],
    method: 'PUT',
    path: `${SYSTEM_TAGS}/{uuid}/actions`,
    pathParameters: uuidOfThe('tag'),
    aliases: [`${SYSTEM_TAGS}/{uuid}`],
    wrapper: 'updateSystemTag',
    params: UpdateTagParams,
    evidence: 'O',
    summary: 'Change a system tag',
    description: 'Changes a tag’s text; one that the resource carries already is SYS.1006.',
  },
  QuerySystemTag: { ...systemTags, ...query(SYSTEM_TAGS, 'system tags') },
  GetSystemTag: { ...systemTags, ...get(`${SYSTEM_TAGS}/{uuid}`, 'tag', 'system tag') },
  DeleteTag: {
    ...remove('/v1/tags/{uuid}', 'tag'),
    ...metadata,
    query: noFields,
    summary: 'Delete a tag',
    description: `Deletes a user or system tag. ${DELETE_UNKNOWN}`,
  },
} as const satisfies Record<string, Operation>;
