import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';

/** Keys that were asked for lately, one in each place that keys may come to. */
const ASKED_MAX = 4096;
/** Characters of a key that is worth it, and of its end that its place depends on. */
const KEY_MAX = 1000;
const HASHED_MAX = 64;
/** Most that all pages remembered may take, in bytes, about. */
const BYTES_MAX = 4 * 1024 * 1024;
const VALUE_BYTES = 8;
/** Bytes that a text or list takes beside what it holds, about. */
const OBJECT_BYTES = 40;

type Page = readonly object[];

/**
 * Remembers pages for as long as nothing whatever has changed in the database: many programs ask for the
 * same page again and again. To be read from within a transaction, whose moment it then tells of.
 */
export class PageCache {
  readonly #versionOf: () => unknown;
  /** What was asked for lately, and is remembered when it is asked for again: most never is. */
  readonly #asked: string[] = [];
  readonly #pages = new LRUCache<string, Page>({
    maxSize: BYTES_MAX,
    sizeCalculation: (page, key) => bytesOf(page) + bytesOf(key),
  });
  #version: unknown;

  constructor(client: Database.Database) {
    // The one counts what other connections have committed, the other what this one has changed.
    const version = client
      .prepare("SELECT data_version || '.' || total_changes() FROM pragma_data_version")
      .pluck();
    this.#versionOf = () => version.get();
  }

  /** Forgets everything if anything has changed; to be called when a moment to read at has begun. */
  readonly renew = (): void => {
    const version = this.#versionOf();
    if (version !== this.#version) this.#pages.clear();
    this.#version = version;
  };

  /** What the database was when it was last looked at. */
  get version(): unknown {
    return this.#version;
  }

  /** The page of this key, if it is remembered. */
  find<Found extends Page>(key: string): Found | undefined {
    return this.#pages.get(key) as Found | undefined;
  }

  /**
   * Remembers a page that was looked for in vain not for the first time, unless anything has changed since
   * that version.
   */
  keep<Made extends Page>(key: string, version: unknown, page: Made): Made {
    if (this.#isAskedAgain(key) && version === this.#version) this.#pages.set(key, page);
    return page;
  }

  #isAskedAgain(key: string): boolean {
    if (key.length > KEY_MAX) return false;
    const slot = hashOf(key) % ASKED_MAX;
    const isAgain = this.#asked[slot] === key;
    this.#asked[slot] = key;
    return isAgain;
  }
}

/** Of a key's end, where keys differ. */
function hashOf(key: string): number {
  let hash = key.length;
  for (let at = Math.max(0, key.length - HASHED_MAX); at < key.length; at++) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0;
  }
  return hash;
}

/** About. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return OBJECT_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return VALUE_BYTES;
  return Object.values(value).reduce((bytes, member) => bytes + bytesOf(member), OBJECT_BYTES);
}
