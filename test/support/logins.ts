import { createHash, scryptSync } from 'node:crypto';
import { expect } from 'vitest';
import type { SessionInventory } from '../../src/contract/schemas/session.ts';
import type { Passwords } from '../../src/domain/dependencies.ts';
import { scryptPasswords } from '../../src/passwords.ts';
import { type Answer, ROOT, type Server } from './server.ts';

export const LOGIN = `${ROOT}/accounts/login`;
export const sessionPath = (uuid: string) => `${ROOT}/accounts/sessions/${uuid}`;

/** The platform's uuid of the account `admin` (F47). */
export const ADMIN_UUID = '36c27e8ff05c4780bf6d2fa65700f22e';

/** SHA-512 of `password`, the platform's initial one. */
export const INITIAL_DIGEST =
  'b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb9' +
  '80b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86';

/** A password as clients send it: lower-case hexadecimal SHA-512. */
export const digestOf = (password: string) => createHash('sha512').update(password).digest('hex');

/** The server's own hashes, but made at a cost that suits tests of other things than their cost. */
export const quickPasswords: Passwords = {
  ...scryptPasswords(),
  hash: async (digest, salt) => {
    const key = scryptSync(digest, salt, 32, { N: 16, r: 1, p: 1 });
    return `scrypt$16$1$1$${salt}$${key.toString('hex')}`;
  },
};

/** A login's body. */
export const credentials = (password: unknown, accountName: unknown = 'admin') => ({
  logInByAccount: { accountName, password },
});

let addresses = 0;

/** A client with a new address, by a trusted proxy's header: failures count by address. */
export function newClient(): Record<string, string> {
  addresses++;
  return { 'x-forwarded-for': `2001:db8:0:${addresses.toString(16)}::1` };
}

/** Sends a login, without a session, with the digest of the password. */
export function logIn(
  server: Pick<Server, 'put'>,
  password = 'password',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return server.put(LOGIN, credentials(digestOf(password)), { session: null, headers });
}

/** Logs in with the initial password. */
export async function beginSession(server: Pick<Server, 'put'>): Promise<SessionInventory> {
  const { status, body } = await logIn(server);
  expect(body).toMatchObject({ success: true });
  expect(status).toBe(200);
  return body.inventory;
}

/** What a login fails with (F51). */
export const loginFailed = {
  status: 503,
  code: 'ID.1000',
  details: 'wrong account name or password',
} as const;

/** What a call fails with whose session is unknown or has expired (F51). */
export const sessionExpired = { status: 503, code: 'ID.1001', details: 'Session expired' } as const;

/** What a login meets after too many failures; the sentence is this server's own (F52). */
export const tooManyLogins = {
  status: 429,
  code: 'ID.1000',
  details: expect.stringMatching(/./),
} as const;
