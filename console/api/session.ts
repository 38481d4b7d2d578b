import { signal } from '@preact/signals';

/** The name under which the page at /docs stores a session too: for this tab, until it is closed. */
const STORED = 'aios-session';

/** UUID of the session; empty where the server needs none, null without one, undefined until that is known. */
export const session = signal<string | null | undefined>(
  sessionStorage.getItem(STORED) ?? undefined,
);

/** Whether the last session was ended by the server. */
export const isExpired = signal(false);

export function setSession(uuid: string | null): void {
  if (uuid) sessionStorage.setItem(STORED, uuid);
  else sessionStorage.removeItem(STORED);
  isExpired.value = false;
  session.value = uuid;
}

/** Forgets a session that the server doesn't accept, so that the form to log in appears. */
export function expireSession(): void {
  const hasExpired = isExpired.value || Boolean(session.value);
  setSession(null);
  isExpired.value = hasExpired;
}
