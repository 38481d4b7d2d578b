import { type HarEntry, harEntry } from '../../http/har.ts';

/** A server that is asked. */
export interface Peer {
  /** Its URL up to `/zstack`. */
  url: string;
  /** UUID of its session; empty with an access key. */
  session: string;
  /** Makes the headers that authorize a request. */
  authorize: (method: string, path: string) => Record<string, string>;
  /** Takes each request with its answer, without the session. */
  record?: ((entry: HarEntry) => void) | undefined;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A request: its path from `/zstack` on, with the query; a header that is empty is not sent. */
export type Sent = Record<'method' | 'path' | 'body', string> & { headers: Record<string, string> };

/** Browsers and proxies encode what may not be text. */
type HarContent = { mimeType: string; text: string; encoding?: 'base64' };

/** An answer: the members of its body, and what else can be compared. */
export interface Answer {
  status: number;
  inventory?: Inventory;
  inventories?: Inventory[];
  [member: string]: unknown;
}
type Inventory = Record<string, unknown> & { uuid: string };

/** Stands for a secret, and in `authorization` for that of the server that is asked. */
export const MASK = '***';
const TIMEOUT_MS = 60_000;
const ZONE_MS = 15 * 60_000;

/** Sends a request. A server that can't be reached answers with status 0. */
export async function send(peer: Peer, { method, path, headers, body }: Sent): Promise<HarEntry> {
  const all = { authorization: MASK, 'content-type': 'application/json', ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const url = peer.url + path;
  const startedAt = peer.clock();
  const answered = await fetch(url, {
    ...{ method, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) },
    headers: { ...sent, ...(sent.authorization === MASK && peer.authorize(method, path)) },
    ...(body !== '' && { body: Buffer.from(body) }),
  }).then(
    async (response) => ({
      status: response.status,
      mimeType: response.headers.get('content-type') ?? '',
      text: await response.text(),
    }),
    ({ message, cause = message }) => ({ status: 0, mimeType: '', text: String(cause) }),
  );
  const time = { startedAt, ms: peer.clock() - startedAt };
  const entry = harEntry(time, { method, url, headers: sent, body }, answered);
  peer.record?.(JSON.parse(JSON.stringify(entry).replaceAll(peer.session || MASK, MASK)));
  return entry;
}

export const isSuccess = ({ status }: Answer): boolean => Math.floor(status / 100) === 2;

/** What can be compared of an answer; status 0 without one. */
export function answerOf(entry: HarEntry | undefined): Answer {
  if (!entry) return { status: 0 };
  const { startedDateTime, response } = entry;
  const { status, content }: { status: number; content: HarContent } = response;
  const { mimeType, text, encoding } = content;
  const body: Answer = parse(encoding === 'base64' ? Buffer.from(text, encoding).toString() : text);
  const ahead = Date.parse(`${body.inventory?.createDate} UTC`) - Date.parse(startedDateTime);
  return {
    ...body,
    status,
    reply: 'location' in body ? 'job' : 'inline',
    type: mimeType.split(';')[0],
    members: Object.keys(body).join(' '),
    zone: (Math.round(ahead / ZONE_MS) || 0) / 4,
  };
}

/** Parses an answer, and the text `result` of a message (F60) in it. */
function parse(text = '') {
  try {
    const body = JSON.parse(text);
    return typeof body.result === 'string' ? { ...body, result: JSON.parse(body.result) } : body;
  } catch {
    return { text };
  }
}
