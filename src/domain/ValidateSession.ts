import type { Rule } from './handler.ts';

/** Tells whether requests with a session would be admitted. */
export const ValidateSession: Rule<'ValidateSession'> = async ({ path }, ports) => {
  const { access, store, clock } = ports;
  const always = !access.required || access.wellKnownSessions.has(path.uuid);
  return { valid: always || (await store.findSession(path.uuid, clock())) !== undefined };
};
