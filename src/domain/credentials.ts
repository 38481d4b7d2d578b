import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import type { Dependencies } from './dependencies.ts';

/** The only account, and its password on a new platform. */
const ADMIN = 'admin';
const INITIAL_PASSWORD = 'password';

/** Whether a text has the form of a SHA-512 in hexadecimal, as clients send passwords. */
export const isDigest = (text: string): boolean => /^[\da-f]{128}$/i.test(text);

/**
 * Whether this is an account's password.
 * @param digest the password as clients send it: lower-case hexadecimal SHA-512
 */
export async function verifyCredentials(
  accountName: string,
  digest: string,
  { store, passwords, access }: Pick<Dependencies, 'store' | 'passwords' | 'access'>,
): Promise<boolean> {
  // Avoids hashing long text.
  if (!isDigest(digest)) return false;
  const storedHash = await store.findPassword(ADMIN_ACCOUNT_UUID);
  const isRight =
    storedHash === undefined
      ? // This password is public, so its comparison needs no constant time.
        access.initialPassword && digest === passwords.digest(INITIAL_PASSWORD)
      : await passwords.matches(digest, storedHash);
  return isRight && accountName === ADMIN;
}

/** Sets admin's password, and ends its sessions if the password changed. */
export async function setAdminPassword(
  password: string,
  { store, passwords, newUuid }: Pick<Dependencies, 'store' | 'passwords' | 'newUuid'>,
): Promise<void> {
  const digest = passwords.digest(password);
  const storedHash = await store.findPassword(ADMIN_ACCOUNT_UUID);
  if (storedHash !== undefined && (await passwords.matches(digest, storedHash))) return;
  await store.setPassword(ADMIN_ACCOUNT_UUID, await passwords.hash(digest, newUuid()));
}
