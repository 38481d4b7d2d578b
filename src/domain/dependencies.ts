import type { OperationName, Request, Result } from '../contract/operations.ts';
import type { LoginAttempts } from './logins.ts';
import type { Store } from './store.ts';

/**
 * An operation: takes a validated request and returns the content of the answer.
 * Rejects with ApiError if the operation fails; nothing is then changed.
 */
export type Handler<Name extends OperationName> = (
  request: Request<Name>,
  dependencies: Dependencies,
) => Promise<Result<Name>>;

/** What handlers need from their environment. */
export interface Dependencies {
  store: Store;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** The same, but never set back, except by tests: for sessions and failed logins. */
  steadyClock: () => number;
  /** Resolves after so many milliseconds. */
  pause: (milliseconds: number) => Promise<void>;
  /** A new uuid in the platform's form: v4, hyphens stripped, lower case. */
  newUuid: () => string;
  /** The same, always random, even if tests have seeded the uuids. */
  newSecret: () => string;
  /** Formats a date as answers show it. */
  formatDate: (milliseconds: number) => string;
  /** Parses a date of a query, to milliseconds; undefined if it is no date. */
  parseDate: (text: string) => number | undefined;
  passwords: Passwords;
  access: Access;
  /** Whether modelCenterUuid and tagUuids must exist (F13). */
  strictReferences: boolean;
  deployments: Deployments;
  /** Lasts from request to request, in this process alone. */
  loginAttempts: LoginAttempts;
}

/** The settings of authentication. */
export interface Access {
  /** Whether requests need a session (F58). */
  required: boolean;
  /** Sessions that belong to admin and never expire (F58). */
  wellKnownSessions: ReadonlySet<string>;
  /** How long a session lasts after its last use, in milliseconds. */
  sessionLifetime: number;
  /** Whether the platform's initial password is valid as long as no other was ever set. */
  initialPassword: boolean;
}

/** The settings of deployments (F62). */
export interface Deployments {
  /** Time from a deployment until its service runs, in milliseconds. */
  readyAfter: number;
  /** The URL of an instance with `{group}`, `{instance}` and `{name}`; empty for none. */
  url: string;
}

/** The slow, salted hash of passwords. */
export interface Passwords {
  /** The form in which clients send a password: lower-case hexadecimal SHA-512. */
  digest(password: string): string;
  /** Hashes a digest for storage; the salt must be new each time. */
  hash(digest: string, salt: string): Promise<string>;
  /** Compares a digest with a hash in constant time. */
  matches(digest: string, hash: string): Promise<boolean>;
}
