import { ApiError } from '../contract/errors.ts';
import { isDigest, verifyCredentials } from './credentials.ts';
import type { Handler } from './dependencies.ts';
import { sessionInventory } from './inventory.ts';
import { adminSession } from './sessions.ts';

/** Creates a session (F51); with authentication off, any password is accepted (F58). */
export const LogInByAccount: Handler<'LogInByAccount'> = async (
  { params, caller },
  dependencies,
) => {
  const { accountName, password } = params;
  const { access, loginAttempts, steadyClock, newSecret, store } = dependencies;
  const isAccepted =
    !access.required ||
    (await loginAttempts.run(caller.address, () =>
      verifyCredentials(accountName, password, dependencies),
    ));
  if (!isAccepted) {
    const failure = new ApiError('loginFailed', 'wrong account name or password');
    if (!isDigest(password))
      failure.hint = 'the password must be sent as its SHA-512, in hexadecimal';
    throw failure;
  }
  const now = steadyClock();
  const session = adminSession(newSecret(), now, now + access.sessionLifetime);
  await store.addSession(session, now);
  return { inventory: sessionInventory(session, dependencies.formatDate) };
};
