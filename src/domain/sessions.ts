import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import { isDigest, verifyCredentials } from './credentials.ts';
import type { Dependencies, Handler } from './dependencies.ts';
import { sessionInventory } from './inventory.ts';
import type { Session } from './records.ts';

/**
 * Admits a session: one of the settings, which never expires (F58), or a stored one, whose expiry its
 * use extends.
 * @throws ApiError ID.1001 for an unknown or expired session
 */
export function admitSession(
  uuid: string,
  { store, steadyClock, access }: Pick<Dependencies, 'store' | 'steadyClock' | 'access'>,
): Promise<void> | void {
  if (access.wellKnownSessions.has(uuid)) return;
  const now = steadyClock();
  return store.useSession(uuid, now, now + access.sessionLifetime).then((session) => {
    if (!session) throw sessionExpired();
  });
}

/** The error of an unknown or expired session (F51). */
export function sessionExpired(): ApiError {
  return new ApiError('sessionInvalid', 'Session expired');
}

/** Creates a session of admin, the only user. */
function adminSession(uuid: string, createDate: number, expiredDate: number): Session {
  return {
    uuid,
    accountUuid: ADMIN_ACCOUNT_UUID,
    userUuid: ADMIN_ACCOUNT_UUID,
    createDate,
    expiredDate,
  };
}

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

/** Ends a session. Sessions of the settings stay (F58); an unknown one is no error. */
export const LogOut: Handler<'LogOut'> = async ({ path }, { store, access }) => {
  if (!access.wellKnownSessions.has(path.uuid)) await store.deleteSession(path.uuid);
  return {};
};

/** Returns whether requests with a session would be admitted. */
export const ValidateSession: Handler<'ValidateSession'> = async ({ path }, dependencies) => {
  const { access, store, steadyClock } = dependencies;
  const always = !access.required || access.wellKnownSessions.has(path.uuid);
  return { valid: always || (await store.findSession(path.uuid, steadyClock())) !== undefined };
};

/** Sets when a session expires, in seconds from now; sessions of the settings never expire. */
export const RenewSession: Handler<'RenewSession'> = async (
  { path: { uuid }, params },
  dependencies,
) => {
  const { access, store, steadyClock } = dependencies;
  const now = steadyClock();
  const lifetime = params.duration === undefined ? access.sessionLifetime : params.duration * 1000;
  const isWellKnown = access.wellKnownSessions.has(uuid);
  return store.renewSession(uuid, now, now + lifetime, (renewed) => {
    if (!renewed && !isWellKnown && access.required) throw sessionExpired();
    const session = renewed ?? adminSession(uuid, now, now + lifetime);
    return { inventory: sessionInventory(session, dependencies.formatDate) };
  });
};
