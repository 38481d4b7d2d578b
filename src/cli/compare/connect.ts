import { signatureOf } from '../../http/auth/access-keys.ts';
import { createHar } from '../../http/har.ts';
import { scryptPasswords } from '../../passwords.ts';
import { parseBaseUrl } from '../../setting-values.ts';
import { type Settings, UsageError } from '../../settings.ts';
import { answerOf, type Peer, send } from './exchange.ts';
import type { CompareOptions } from './play.ts';

/**
 * Connects to a server: with a session, an access key, or the password of an account.
 * @param target its URL, also with the path of the API
 * @throws UsageError for no URL, and if the server does not log in
 */
export async function connect(
  target: string,
  { session: [session = ''], accessKey: [key], record }: Settings,
  { flags, clock, readFile, version }: CompareOptions,
): Promise<Peer> {
  const url = parseBaseUrl(target)?.replace(/\/zstack(\/v1)?$/, '');
  if (url === undefined) throw new UsageError(`${target} is not a URL such as http://aios:5000.`);
  const authorize = (method: string, path: string): Record<string, string> => {
    if (!key) return { authorization: `OAuth ${peer.session}` };
    const [id, secret] = key;
    const date = new Date(clock()).toUTCString();
    const signature = signatureOf(secret, date, { method, url: path });
    return { date, authorization: `ZStack ${id}:${signature}` };
  };
  const peer: Peer = { url, session, authorize, clock };
  if (flags.account !== undefined) {
    const { account: accountName, 'password-file': file = '' } = flags;
    const password = scryptPasswords().digest(readInput(file, readFile).trimEnd());
    const body = JSON.stringify({ logInByAccount: { accountName, password } });
    const request = { method: 'PUT', path: '/zstack/v1/accounts/login', body };
    const login = await send(peer, { ...request, headers: { authorization: '' } });
    const { inventory } = answerOf(login);
    if (!inventory) throw new UsageError(`${url} logs nobody in: ${login.response.content.text}`);
    peer.session = inventory.uuid;
  }
  if (record !== '') peer.record = createHar(record, version);
  return peer;
}

/** Reads a file that the user has named. @throws UsageError */
export function readInput(file: string, readFile: (path: string) => string): string {
  try {
    return readFile(file);
  } catch (error) {
    throw new UsageError(`The file "${file}" can't be read (${(error as Error).message}).`);
  }
}
