import { signal } from '@preact/signals';

/** The name under which the page at /docs stores a session too: for this tab, until it is closed. */
const STORED = 'aios-session';

/** UUID of the session; empty where the server needs none, null without one, undefined until that is known. */
export const session = signal<string | null | undefined>(
  sessionStorage.getItem(STORED) ?? undefined,
);

/** Whether the last session was ended by the server. */
export const isExpired = signal(false);

/** Uses a session from now on; without one the form to log in appears. */
export function setSession(uuid: string | null, hasExpired = false): void {
  if (uuid) sessionStorage.setItem(STORED, uuid);
  else sessionStorage.removeItem(STORED);
  isExpired.value = hasExpired;
  session.value = uuid;
}
