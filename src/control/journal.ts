import { NumberLiteral } from '../contract/validation/json.ts';

/** A request and its answer. */
export interface JournalEntry {
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

export interface JournalFilter {
  operation?: string | undefined;
  status?: number | undefined;
  /** Maximum number of entries to return; the latest ones are returned. */
  limit?: number | undefined;
}

/** Maximum number of requests in the journal. */
const ENTRIES_MAX = 1000;
/** Longest body, query or path in an entry, in characters of JSON. */
const ENTRY_MAX = 16_384;

const MASK = '***';
/** Shortest secret that is masked inside other texts: a shorter one occurs in them by chance. */
const SECRET_MIN = 4;

/** The last requests, without secrets. */
export class RequestJournal {
  #entries: JournalEntry[] = [];

  add(entry: JournalEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
  }

  clear(): void {
    this.#entries = [];
  }

  /** The matching entries, oldest first. */
  find({ operation, status, limit = ENTRIES_MAX }: JournalFilter): JournalEntry[] {
    const found = this.#entries.filter(
      (entry) =>
        (operation === undefined || entry.operation === operation) &&
        (status === undefined || entry.status === status),
    );
    return limit === 0 ? [] : found.slice(-limit);
  }
}

/** Matches the names of members that hold a secret; the end of the name decides, as in `accessToken` and `HF_TOKEN`. */
const SECRET =
  /(password|token|secret|authorization|signature|credentials?|session[_-]?(uuid|id)?|(api|access)[_-]?key)$/i;
/** Matches a condition on a field of such a name, with its value. */
const SECRET_CONDITION = new RegExp(
  `${SECRET.source.slice(0, -1)}\\s*(?:!=|>=|<=|!\\?=|!~=|~=|\\?=|=|>|<)(?<value>.+)`,
  'is',
);
/** Matches a session's uuid in a path, also where an error's sentence quotes the path. */
const SESSION_IN_PATH =
  /(\/accounts\/sessions\/)(?!valid\b|renew\b)[^\s\]]*?(?=\/(?:valid|renew)\b|[\s\]]|$)/gi;
/** Matches the part of an error's sentence that quotes the request. */
const QUOTED_REQUEST = /(the body is not valid JSON|, but was).*/s;

/**
 * Masks secrets in an entry: the values of members with a secret's name, and sessions, wherever they
 * occur. Replaces long bodies by their length.
 * @param sessions further sessions to mask
 */
export function redactEntry(entry: JournalEntry, sessions: readonly string[]): JournalEntry {
  const { path, query, request, response, ...others } = entry;
  const named = [
    ...secretsIn([query, request, response]),
    ...conditionsIn(query),
    ...sessionsIn(path),
  ];
  const secrets = [...new Set([...sessions, ...named, ...named.map(escaped)])]
    .filter(({ length }) => length >= SECRET_MIN)
    .sort((a, b) => b.length - a.length);
  const redact = (value: unknown) => shortened(masked(value, secrets));
  return {
    ...others,
    path: String(redact(path)),
    query: redact(query),
    request: redact(request),
    response: redact(response),
  };
}

/** The values of conditions on fields with a secret's name. */
function conditionsIn(query: unknown): string[] {
  const { q = [] } = (query ?? {}) as { q?: string | string[] };
  return [q].flat().flatMap((condition) => SECRET_CONDITION.exec(condition)?.groups?.value ?? []);
}

function sessionsIn(path: string): string[] {
  return [...path.matchAll(SESSION_IN_PATH)].map(([whole, before = '']) =>
    whole.slice(before.length),
  );
}

/** The text as JSON escapes it, as errors' sentences show it. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The texts of members with a secret's name. */
function secretsIn(value: unknown, isSecret = false): string[] {
  if (typeof value === 'string') return isSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    secretsIn(member, isSecret || isSecretMember(name, member, value)),
  );
}

function isSecretMember(name: string, member: unknown, owner: object): boolean {
  const isCredentials = name === 'logInByAccount' && typeof member !== 'object';
  return SECRET.test(name) || (name === 'uuid' && 'expiredDate' in owner) || isCredentials;
}

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    const plain = value.replace(SESSION_IN_PATH, `$1${MASK}`).replace(QUOTED_REQUEST, '$1');
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), plain);
  }
  if (value instanceof NumberLiteral) return Number(value.text);
  if (Array.isArray(value)) return value.map((member) => masked(member, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretMember(name, member, value) && member !== null ? MASK : masked(member, secrets),
    ]),
  );
}

function shortened(value: unknown): unknown {
  const length = JSON.stringify(value)?.length ?? 0;
  return length > ENTRY_MAX ? `${length} characters` : value;
}
