import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { signal } from '@preact/signals';
import { t } from '../texts/text.ts';
import { type Operation, requestLine } from './document.ts';
import type { components, operations } from './openapi.d.ts';

export type Schemas = components['schemas'];

/** The URL of the server, which a proxy may serve below a path of its own. */
export const serverUrl = new URL('..', location.href).href;
/** Time between two polls of a job, in milliseconds. */
const POLL_INTERVAL_MS = 300;
/** The name under which the page at /docs stores a session too: for this tab, until it is closed. */
const STORED = 'aios-session';

/** UUID of the session; empty where the server needs none, null where one has to be made. */
export const session = signal<string | null>(sessionStorage.getItem(STORED) ?? '');
/** Whether the last session was ended by the server. */
export const isExpired = signal(false);

/** Uses a session from now on; without one the form to log in appears. */
export function setSession(uuid: string | null, hasExpired = false): void {
  if (uuid) sessionStorage.setItem(STORED, uuid);
  else sessionStorage.removeItem(STORED);
  isExpired.value = hasExpired;
  session.value = uuid;
}

/** A failure that a server answered, or that none did; the message is the server's own sentence. */
export class Failure extends Error {
  /** Such as SYS.1007; empty where no server answered. */
  readonly code: string;

  constructor({ code = '', details = '' }: Partial<Schemas['ErrorCode']>) {
    super(details);
    this.code = code;
  }
}

/**
 * Sends a request with the session, and forgets a session that is not valid any more.
 * @param path below the server's URL
 * @throws Failure for an answer that is a failure, and without an answer
 */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal) {
  const headers = {
    ...(session.value && { authorization: `OAuth ${session.value}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, body: JSON.stringify(body), signal };
  const response = await fetch(serverUrl + path, init).catch(() => {
    throw new Failure({ details: t('noAnswer') });
  });
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as Partial<Schemas['ErrorAnswer']>;
  const failure = new Failure(error ?? { details: `${response.status} ${response.statusText}` });
  const isUnauthenticated =
    failure.code === 'ID.1001' || failure.message.startsWith("missing header 'Authorization'");
  if (isUnauthenticated) setSession(null, isExpired.value || Boolean(session.value));
  throw failure;
}

type Parts<Name extends Operation> = Pick<operations[Name]['parameters'], 'path' | 'query'> & {
  body?: NonNullable<operations[Name]['requestBody']>['content']['application/json'];
  signal?: AbortSignal | undefined;
};

/**
 * Calls an operation of the API, and waits for the job that a server set to `AIOS_REPLY=job` makes of a write.
 * @throws Failure
 */
export async function call<Name extends Operation>(
  name: Name,
  { path: values, query, body, signal }: Parts<Name>,
): Promise<operations[Name]['responses'][200]['content']['application/json']> {
  const { method, path } = requestLine(name, values);
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    [value ?? []].flat().map((each) => [key, String(each)]),
  );
  let response = await send(method, `zstack${path}?${new URLSearchParams(pairs)}`, body, signal);
  if (response.status !== 202) return response.json();
  const { location } = (await response.json()) as Schemas['JobAccepted'];
  const job = `zstack/v1/api-jobs/${location.slice(location.lastIndexOf('/') + 1)}`;
  do {
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    response = await send('GET', job);
  } while (response.status === 202);
  return response.json();
}

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
