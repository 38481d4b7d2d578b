import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import type { Dependencies } from './dependencies.ts';

/** The only account, and its password on a platform where nobody changed it. */
const ADMIN = 'admin';
const INITIAL_PASSWORD = 'password';

/** Of a SHA-512, in hexadecimal digits. */
const DIGEST_LENGTH = 128;

/**
 * Whether an account has this password.
 * @param digest the password as clients send it: lower-case hexadecimal SHA-512
 */
export async function verifyCredentials(
  accountName: string,
  digest: string,
  { store, passwords, access }: Pick<Dependencies, 'store' | 'passwords' | 'access'>,
): Promise<boolean> {
  // Spares the work that a text of any length would cost.
  if (digest.length !== DIGEST_LENGTH) return false;
  const storedHash = await store.findPassword(ADMIN_ACCOUNT_UUID);
  const isRight =
    storedHash === undefined
      ? // Everybody knows it: its comparison may take any time.
        access.initialPassword && digest === passwords.digest(INITIAL_PASSWORD)
      : await passwords.matches(digest, storedHash);
  return isRight && accountName === ADMIN;
}

/** Sets admin's password, which ends its sessions unless it is what it was. */
export async function setAdminPassword(
  password: string,
  { store, passwords, newUuid }: Pick<Dependencies, 'store' | 'passwords' | 'newUuid'>,
): Promise<void> {
  const digest = passwords.digest(password);
  const storedHash = await store.findPassword(ADMIN_ACCOUNT_UUID);
  if (storedHash !== undefined && (await passwords.matches(digest, storedHash))) return;
  await store.setPassword(ADMIN_ACCOUNT_UUID, await passwords.hash(digest, newUuid()));
}
