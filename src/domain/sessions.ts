import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { ApiError } from '../contract/errors.ts';
import type { Ports } from './ports.ts';

/** How long a session lasts after its last use (contract §4.1). */
const SESSION_LIFETIME_MS = 7_200_000;

/** Who a request is made for. */
export interface Account {
  accountUuid: string;
}

const admin: Account = { accountUuid: ADMIN_ACCOUNT_UUID };

/**
 * Admits a session: a well-known one of the settings, which never expires (contract §4.8), or one of
 * the store, whose expiry slides with its use.
 * @throws ApiError ID.1001 for one that is unknown or has expired
 */
export async function admitSession(
  uuid: string,
  wellKnown: ReadonlySet<string>,
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
): Promise<Account> {
  if (wellKnown.has(uuid)) return admin;
  const now = clock();
  const session = await store.useSession(uuid, now, now + SESSION_LIFETIME_MS);
  if (!session) throw new ApiError('sessionInvalid', 'Session expired');
  return session;
}
