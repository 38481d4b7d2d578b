import { LogInByAccountParams, RenewSessionParams, SessionInventory } from '../schemas/session.ts';
import { deletion, noFields, type Operation, uuidOfThe, write } from './operation.ts';

const metadata = { tag: 'Sessions', untagged: true, evidence: 'K' } as const;
const PATH = '/v1/accounts/sessions/{uuid}';
const pathParameters = uuidOfThe('session');

export const sessionOperations = {
  LogInByAccount: {
    ...metadata,
    ...write,
    inventory: SessionInventory,
    open: true,
    failures: ['loginFailed', 'tooManyLogins'],
    method: 'PUT',
    path: '/v1/accounts/login',
    pathParameters: {},
    wrapper: 'logInByAccount',
    params: LogInByAccountParams,
    summary: 'Log in',
    description: 'Creates a session; other requests name it by `Authorization: OAuth <uuid>`.',
  },
  LogOut: {
    ...metadata,
    ...deletion,
    open: true,
    path: PATH,
    pathParameters,
    query: noFields,
    summary: 'Log out',
    description: 'Ends a session. Ending an unknown one succeeds.',
  },
  ValidateSession: {
    ...metadata,
    method: 'GET',
    params: noFields,
    query: noFields,
    open: true,
    path: `${PATH}/valid`,
    pathParameters,
    answers: 'valid',
    summary: 'Check a session',
    description: 'Returns whether a session is valid, without extending it.',
  },
  RenewSession: {
    ...metadata,
    ...write,
    inventory: SessionInventory,
    method: 'PUT',
    path: `${PATH}/renew`,
    pathParameters,
    wrapper: 'renewSession',
    params: RenewSessionParams,
    summary: 'Renew a session',
    description: 'Extends a session by `duration`, counted from now.',
  },
} as const satisfies Record<string, Operation>;
