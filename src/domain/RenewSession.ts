import type { Rule } from './handler.ts';
import { sessionInventory } from './inventory.ts';
import { adminSession, sessionExpired } from './sessions.ts';

/** Lets a session last for so many seconds from now; those of the settings last anyway. */
export const RenewSession: Rule<'RenewSession'> = async ({ path: { uuid }, params }, ports) => {
  const { access, store, clock } = ports;
  const now = clock();
  const lifetime = params.duration === undefined ? access.sessionLifetime : params.duration * 1000;
  const isKept = !access.wellKnownSessions.has(uuid);
  return store.renewSession(uuid, now, now + lifetime, (renewed) => {
    if (!renewed && isKept && access.required) throw sessionExpired();
    const session = renewed ?? adminSession(uuid, now, now + lifetime);
    return { inventory: sessionInventory(session, ports.formatDate) };
  });
};
