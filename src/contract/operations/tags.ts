import {
  CreateTagParams,
  SystemTagInventory,
  UpdateTagParams,
  UserTagInventory,
} from '../schemas/tag.ts';
import { DELETE_UNKNOWN, noFields, type Operation, operationsOn } from './operation.ts';

const metadata = { tag: 'Tags', untagged: true, one: 'tag' } as const;
const user = operationsOn({
  ...metadata,
  inventory: UserTagInventory,
  path: '/v1/user-tags',
  title: 'user tag',
});
const system = operationsOn({
  ...metadata,
  inventory: SystemTagInventory,
  path: '/v1/system-tags',
  title: 'system tag',
});

const create = {
  wrapper: 'params',
  wrapperAliases: ['param'],
  failures: ['operationFailed'],
  params: CreateTagParams,
} as const;

export const tagOperations = {
  CreateUserTag: {
    ...user.add,
    ...create,
    summary: 'Attach a user tag',
    description: 'Attaches a user tag to a resource; one that it carries already is SYS.1006.',
  },
  QueryUserTag: user.query,
  GetUserTag: user.get,
  CreateSystemTag: {
    ...system.add,
    ...create,
    summary: 'Attach a system tag',
    description: 'Attaches a system tag to a resource; one that it carries already is SYS.1006.',
  },
  UpdateSystemTag: {
    ...system.update,
    failures: ['operationFailed'],
    path: '/v1/system-tags/{uuid}/actions',
    aliases: ['/v1/system-tags/{uuid}'],
    params: UpdateTagParams,
    summary: 'Change a system tag',
    description: 'Changes a tag’s text; one that the resource carries already is SYS.1006.',
  },
  QuerySystemTag: system.query,
  GetSystemTag: system.get,
  DeleteTag: {
    ...user.remove,
    path: '/v1/tags/{uuid}',
    query: noFields,
    summary: 'Delete a tag',
    description: `Deletes a user or system tag. ${DELETE_UNKNOWN}`,
  },
} as const satisfies Record<string, Operation>;
