import { NumberLiteral } from '../contract/validation/number-literal.ts';

/** A request as it was received and answered. */
export interface JournalEntry {
  /** ISO 8601. */
  time: string;
  /** ZStack's name of it; null where no operation has the path. */
  operation: string | null;
  method: string;
  /** Without the query; sessions' uuids are masked. */
  path: string;
  query: unknown;
  /** Of the answer; 0 where the connection was cut. */
  status: number;
  /** From the first byte to the answer, in milliseconds. */
  ms: number;
  request: unknown;
  response: unknown;
}

export interface JournalFilter {
  operation?: string | undefined;
  status?: number | undefined;
  /** Most entries to return: the last ones. */
  limit?: number | undefined;
}

/** Requests that are remembered. */
const ENTRIES_MAX = 1000;
/** Longest body, query or path that is remembered, in characters of JSON. */
const SHOWN_MAX = 16_384;

const MASK = '***';
/** Shortest text that is taken out wherever it stands: shorter ones stand in other words too. */
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

  /** From the earliest to the last. */
  find({ operation, status, limit = ENTRIES_MAX }: JournalFilter): JournalEntry[] {
    const found = this.#entries.filter(
      (entry) =>
        (operation === undefined || entry.operation === operation) &&
        (status === undefined || entry.status === status),
    );
    return limit === 0 ? [] : found.slice(-limit);
  }
}

/** Names of members that hold a secret end so: `accessToken` and `HF_TOKEN` too. */
const SECRET =
  /(password|token|secret|authorization|signature|credentials?|session[_-]?(uuid|id)?|(api|access)[_-]?key)$/i;
/** A condition on something of such a name, which no query can ask for, with the value. */
const SECRET_CONDITION = new RegExp(
  `${SECRET.source.slice(0, -1)}\\s*(?:!=|>=|<=|!\\?=|!~=|~=|\\?=|=|>|<)(?<value>.+)`,
  'is',
);
/** In a path, and in the sentences that name it. */
const SESSION_IN_PATH =
  /(\/accounts\/sessions\/)(?!valid\b|renew\b)[^\s\]]*?(?=\/(?:valid|renew)\b|[\s\]]|$)/gi;
/** Where sentences repeat what was sent, which stands in the request too. */
const REPEATED = /(the body is not valid JSON|, but was).*/s;

/**
 * An entry as the journal shows it: without what has the name of a secret, and wherever else that, or a
 * session, stands; long bodies by their length alone.
 * @param sessions those that are known beside the entry
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
  const show = (value: unknown) => shortened(masked(value, secrets));
  return {
    ...others,
    path: String(show(path)),
    query: show(query),
    request: show(request),
    response: show(response),
  };
}

/** The values of conditions on what has the name of a secret. */
function conditionsIn(query: unknown): string[] {
  const { q = [] } = (query ?? {}) as { q?: string | string[] };
  return [q].flat().flatMap((condition) => SECRET_CONDITION.exec(condition)?.groups?.value ?? []);
}

function sessionsIn(path: string): string[] {
  return [...path.matchAll(SESSION_IN_PATH)].map(([whole, before = '']) =>
    whole.slice(before.length),
  );
}

/** As it stands in JSON, which sentences show. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The texts of members whose names tell that they are secret. */
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
    const plain = value.replace(SESSION_IN_PATH, `$1${MASK}`).replace(REPEATED, '$1');
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
  return length > SHOWN_MAX ? `${length} characters` : value;
}
