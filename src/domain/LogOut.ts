import type { Handler } from './dependencies.ts';

/** Ends a session. Sessions of the settings stay (F58); an unknown one is no error. */
export const LogOut: Handler<'LogOut'> = async ({ path }, { store, access }) => {
  if (!access.wellKnownSessions.has(path.uuid)) await store.deleteSession(path.uuid);
  return {};
};
