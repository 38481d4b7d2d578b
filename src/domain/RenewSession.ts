import type { Handler } from './dependencies.ts';
import { sessionInventory } from './inventory.ts';
import { adminSession, sessionExpired } from './sessions.ts';

/** Sets when a session expires, in seconds from now; sessions of the settings never expire. */
export const RenewSession: Handler<'RenewSession'> = async (
  { path: { uuid }, params },
  dependencies,
) => {
  const { access, store, steadyClock } = dependencies;
  const now = steadyClock();
  const lifetime = params.duration === undefined ? access.sessionLifetime : params.duration * 1000;
  const isStored = !access.wellKnownSessions.has(uuid);
  return store.renewSession(uuid, now, now + lifetime, (renewed) => {
    if (!renewed && isStored && access.required) throw sessionExpired();
    const session = renewed ?? adminSession(uuid, now, now + lifetime);
    return { inventory: sessionInventory(session, dependencies.formatDate) };
  });
};
