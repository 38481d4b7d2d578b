import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './records.ts';

type SessionDependencies = Pick<Dependencies, 'store' | 'clock' | 'access'>;

/**
 * Admits a session: a well-known one of the settings, which never expires (F58), or one of
 * the store, whose expiry slides with its use.
 * @throws ApiError ID.1001 for one that is unknown or has expired
 */
export function admitSession(
  uuid: string,
  dependencies: SessionDependencies,
): Promise<void> | void {
  if (!dependencies.access.wellKnownSessions.has(uuid)) return useSession(uuid, dependencies);
}

async function useSession(
  uuid: string,
  { store, clock, access }: SessionDependencies,
): Promise<void> {
  const now = clock();
  if (!(await store.useSession(uuid, now, now + access.sessionLifetime))) throw sessionExpired();
}

/** The failure of a session that is unknown or has expired (F51). */
export function sessionExpired(): ApiError {
  return new ApiError('sessionInvalid', 'Session expired');
}

/** A session of admin, whose only user it is. */
export function adminSession(uuid: string, createDate: number, expiredDate: number): Session {
  return {
    uuid,
    accountUuid: ADMIN_ACCOUNT_UUID,
    userUuid: ADMIN_ACCOUNT_UUID,
    createDate,
    expiredDate,
  };
}
