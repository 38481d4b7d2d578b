import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
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
  return store.useSession(uuid, now, now + access.sessionLifetime).then((isValid) => {
    if (!isValid) throw sessionExpired();
  });
}

/** The error of an unknown or expired session (F51). */
export function sessionExpired(): ApiError {
  return new ApiError('sessionInvalid', 'Session expired');
}

/** Creates a session of admin, the only user. */
export function adminSession(uuid: string, createDate: number, expiredDate: number): Session {
  return {
    uuid,
    accountUuid: ADMIN_ACCOUNT_UUID,
    userUuid: ADMIN_ACCOUNT_UUID,
    createDate,
    expiredDate,
  };
}
