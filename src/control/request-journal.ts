import { NumberLiteral } from '../contract/number-literal.ts';

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
/** Longest body that is remembered, in characters of JSON. */
const BODY_MAX = 16_384;

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

/** Names of members that hold a secret. */
const SECRET = /(^|\.)(password|token|session(uuid|id)?)$/i;
/** In a path, and in the sentences that name it. */
const SESSION_IN_PATH =
  /(\/accounts\/sessions\/)(?!valid\b|renew\b)[^\s\]]*?(?=\/(?:valid|renew)\b|[\s\]]|$)/g;
/** What the parser says of JSON that it can't read shows some of it. */
const UNREADABLE = /(the body is not valid JSON).*/s;

/**
 * An entry without secrets: what has the name of one, and wherever else that, or a session, stands.
 * @param sessions those that are known beside the entry
 */
export function withoutSecrets(entry: JournalEntry, sessions: readonly string[]): JournalEntry {
  const secrets = new Set([
    ...sessions,
    ...secretsIn([entry.query, entry.request, entry.response]),
  ]);
  const longest = [...secrets]
    .filter(({ length }) => length >= SECRET_MIN)
    .sort((a, b) => b.length - a.length);
  return masked(entry, longest) as JournalEntry;
}

/** The texts of members whose names tell that they are secret. */
function secretsIn(value: unknown, isSecret = false): string[] {
  if (typeof value === 'string') return isSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    secretsIn(member, isSecret || isSecretName(name, value)),
  );
}

function isSecretName(name: string, owner: object): boolean {
  return SECRET.test(name) || (name === 'uuid' && 'expiredDate' in owner);
}

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    const plain = value.replace(SESSION_IN_PATH, `$1${MASK}`).replace(UNREADABLE, '$1');
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), plain);
  }
  if (value instanceof NumberLiteral) return Number(value.text);
  if (Array.isArray(value)) return value.map((member) => masked(member, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretName(name, value) && member !== null ? MASK : masked(member, secrets),
    ]),
  );
}

/** A body as the journal shows it: long ones by their length alone. */
export function journalBody(body: unknown): unknown {
  const length = JSON.stringify(body)?.length ?? 0;
  return length > BODY_MAX ? `${length} characters` : (body ?? null);
}
