import { ApiError } from '../contract/errors.ts';
import { checkCredentials } from './credentials.ts';
import type { Rule } from './handler.ts';
import { sessionInventory } from './inventory.ts';
import { adminSession } from './sessions.ts';

/** Begins a session (contract §4.1); where no session is asked for, any password does (§4.8). */
export const LogInByAccount: Rule<'LogInByAccount'> = async ({ params, caller }, ports) => {
  const { accountName, password } = params;
  const { access, loginAttempts, clock, newSecret, store } = ports;
  const admitted =
    !access.required ||
    (await loginAttempts.run(caller.address, () => checkCredentials(accountName, password, ports)));
  if (!admitted) throw new ApiError('loginFailed', 'wrong account name or password');
  const now = clock();
  const session = adminSession(newSecret(), now, now + access.sessionLifetime);
  await store.addSession(session, now);
  return { inventory: sessionInventory(session, ports.formatDate) };
};
