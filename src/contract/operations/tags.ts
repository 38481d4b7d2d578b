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

const DUPLICATE = 'A tag that the resource already has is rejected with SYS.1006.';
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
    description: `Attaches a user tag to a resource. ${DUPLICATE}`,
  },
  QueryUserTag: user.query,
  GetUserTag: user.get,
  CreateSystemTag: {
    ...system.add,
    ...create,
    summary: 'Attach a system tag',
    description: `Attaches a system tag to a resource. ${DUPLICATE}`,
  },
  UpdateSystemTag: {
    ...system.update,
    failures: ['operationFailed'],
    path: '/v1/system-tags/{uuid}/actions',
    aliases: ['/v1/system-tags/{uuid}'],
    params: UpdateTagParams,
    description: `Changes the text of a system tag. ${DUPLICATE}`,
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
