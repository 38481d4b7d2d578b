import type { Handler } from './dependencies.ts';

/** Returns whether requests with a session would be admitted. */
export const ValidateSession: Handler<'ValidateSession'> = async ({ path }, dependencies) => {
  const { access, store, steadyClock } = dependencies;
  const always = !access.required || access.wellKnownSessions.has(path.uuid);
  return { valid: always || (await store.findSession(path.uuid, steadyClock())) !== undefined };
};
