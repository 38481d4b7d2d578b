import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { call, session, setSession } from './client.ts';

/** Finds out whether the server needs a session, where the tab has none. */
export async function probeServer(): Promise<void> {
  if (session.value !== '') return;
  await call('QueryModelCenter', { query: { limit: 0 } }).catch(() => setSession(null));
}

/** @throws Failure ID.1000 for a wrong account name or password */
export async function logIn(accountName: string, password: string): Promise<void> {
  // Web Cryptography is missing on plain http from other machines.
  const hash = bytesToHex(sha512(utf8ToBytes(password)));
  const body = { logInByAccount: { accountName, password: hash } };
  const { inventory } = await call('LogInByAccount', { body });
  setSession(inventory.uuid);
}

/** Ends the session, also on the server. */
export async function logOut(): Promise<void> {
  const uuid = session.value;
  setSession(null);
  if (uuid) await call('LogOut', { path: { uuid } });
}
