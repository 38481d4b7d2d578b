import { NumberLiteral } from '../contract/validation/json.ts';
import { maskQuoted } from '../http/redaction.ts';

/** A request and its answer. */
export interface JournalEntry {
  /** The number of this request since the server's start, which orders the entries. */
  id: number;
  /** ISO 8601. */
  time: string;
  /** ZStack's name of the operation; null if no operation has the path. */
  operation: string | null;
  method: string;
  /** Without the query; sessions' uuids are masked. */
  path: string;
  query: unknown;
  /** Of the answer; 0 if the connection was dropped. */
  status: number;
  /** From the first byte to the answer, in milliseconds. */
  ms: number;
  request: unknown;
  response: unknown;
}

/** A request before it is in the journal. */
export type NewEntry = Omit<JournalEntry, 'id'>;

export interface JournalFilter {
  operation?: string | undefined;
  status?: number | undefined;
  /** Id of the entry whose later ones to return. */
  after?: number | undefined;
  /** Maximum number of entries to return; the latest ones are returned. */
  limit?: number | undefined;
}

/** Maximum number of requests in the journal. */
const ENTRIES_MAX = 1000;
/** Longest body, query or path in an entry, in characters of JSON. */
const ENTRY_MAX = 16_384;

const MASK = '***';
/** Shortest session, or access key, that is masked inside other texts: a shorter one occurs in them by chance. */
const SESSION_MIN = 4;

/** The last requests, without secrets. */
export class RequestJournal {
  #entries: JournalEntry[] = [];
  #lastId = 0;

  add(entry: NewEntry): void {
    this.#lastId += 1;
    this.#entries.push({ id: this.#lastId, ...entry });
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
  }

  clear(): void {
    this.#entries = [];
  }

  /** The matching entries, oldest first. */
  find({ operation, status, after = 0, limit = ENTRIES_MAX }: JournalFilter): JournalEntry[] {
    // A later id is one of the server before its restart.
    const seen = after > this.#lastId ? 0 : after;
    const found = this.#entries.filter(
      (entry) =>
        entry.id > seen &&
        (operation === undefined || entry.operation === operation) &&
        (status === undefined || entry.status === status),
    );
    return limit === 0 ? [] : found.slice(-limit);
  }
}

/** Matches the names of members that hold a secret; the end of the name decides, as in `accessToken` and `HF_TOKEN`. */
const SECRET =
  /(password|token|secret|authorization|cookie|signature|credentials?|session[_-]?(uuid|id)?|(api|access)[_-]?key)$/i;
/** Matches the value of a condition on a field of such a name. */
const SECRET_VALUE = new RegExp(`(?<=${SECRET.source.slice(0, -1)}\\s*[!?~<>=]).+`, 'is');
/** Matches what may be a session's uuid, percent-encoded too. */
const UUID = /(?:%[\da-f]{2}|[\da-f]){32,}/gi;
/** Matches the paths of operations on a session. */
const SESSIONS_PATH = /^\/v1\/accounts\/sessions\//;

/**
 * Masks the members of an entry that have a secret's name, and sessions. Under a path of sessions, or of
 * no operation, any uuid may be one. Replaces long bodies by their length.
 * @param sessions sessions to mask wherever they occur
 * @param longest longest body, query or path, in characters of JSON
 */
export function redactEntry(
  entry: NewEntry,
  sessions: readonly string[],
  longest = ENTRY_MAX,
): NewEntry {
  const { operation, path, query, request, response } = entry;
  const patterns: (string | RegExp)[] = sessions.filter(({ length }) => length >= SESSION_MIN);
  if (operation === null || SESSIONS_PATH.test(path)) patterns.push(UUID);
  const mask = (text: string) =>
    patterns.reduce<string>((rest, pattern) => rest.replaceAll(pattern, MASK), maskQuoted(text));
  const shown = (value: unknown, maskText = mask) => {
    const length = JSON.stringify(value)?.length ?? 0;
    // Before any of it is searched for secrets.
    return length > longest ? `${length} characters` : masked(value, maskText);
  };
  return {
    ...entry,
    path: String(shown(path)),
    query: shown(query, (text) => mask(text).replace(SECRET_VALUE, MASK)),
    request: shown(request),
    response: shown(response),
  };
}

function isSecretMember(name: string, member: unknown, owner: object): boolean {
  const isCredentials = name === 'logInByAccount' && typeof member !== 'object';
  return SECRET.test(name) || (name === 'uuid' && 'expiredDate' in owner) || isCredentials;
}

/** Masks members with a secret's name, and changes all other texts by the function. */
function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (value instanceof NumberLiteral) return Number(value.text);
  if (Array.isArray(value)) return value.map((member) => masked(member, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretMember(name, member, value) && member !== null ? MASK : masked(member, mask),
    ]),
  );
}
