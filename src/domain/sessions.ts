import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './records.ts';

type SessionDependencies = Pick<Dependencies, 'store' | 'steadyClock' | 'access'>;

/**
 * Admits a session: one of the settings, which never expires (F58), or a stored one, whose expiry its
 * use extends.
 * @throws ApiError ID.1001 for an unknown or expired session
 */
export function admitSession(
  uuid: string,
  dependencies: SessionDependencies,
): Promise<void> | void {
  if (!dependencies.access.wellKnownSessions.has(uuid)) return useSession(uuid, dependencies);
}

async function useSession(
  uuid: string,
  { store, steadyClock, access }: SessionDependencies,
): Promise<void> {
  const now = steadyClock();
  if (!(await store.useSession(uuid, now, now + access.sessionLifetime))) throw sessionExpired();
}

/**
 * Makes a clock that goes on if the machine's clock is set back, so that no expired session is valid again.
 * @param clock milliseconds since the epoch
 * @param elapsed milliseconds that are never set
 */
export function steadyClock(clock: () => number, elapsed: () => number): () => number {
  let start = Number.NEGATIVE_INFINITY;
  return () => {
    start = Math.max(start, clock() - elapsed());
    return Math.floor(start + elapsed());
  };
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
