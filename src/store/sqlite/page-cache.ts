import { LRUCache } from 'lru-cache';
import type { Database } from './driver.ts';

/** Characters of the keys of pages that were asked for lately. */
const ASKED_MAX = 1024 * 1024;
/** Most that all pages remembered may take, in bytes, about. */
const BYTES_MAX = 8 * 1024 * 1024;
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
  /** What was asked for, and is remembered when it is asked for again: most pages never are. */
  readonly #asked = new LRUCache<string, true>({
    maxSize: ASKED_MAX,
    sizeCalculation: (_, key) => key.length,
  });
  readonly #pages = new LRUCache<string, Page>({
    maxSize: BYTES_MAX,
    sizeCalculation: (page, key) => bytesOf(page) + bytesOf(key),
  });
  #version: unknown;

  constructor(client: Database) {
    // The one counts what other connections have committed, the other what this one has changed.
    const version = client
      .prepare("SELECT data_version || '.' || total_changes() FROM pragma_data_version")
      .pluck();
    this.#versionOf = () => version.get();
  }

  /** Of the database when a page was last looked for. */
  get version(): unknown {
    return this.#version;
  }

  /** The page of this key, if it is as it was. */
  find<Found extends Page>(key: string): Found | undefined {
    const version = this.#versionOf();
    if (version !== this.#version) this.#pages.clear();
    this.#version = version;
    return this.#pages.get(key) as Found | undefined;
  }

  /**
   * Remembers a page that was looked for in vain not for the first time, unless anything has changed since
   * that version.
   */
  keep<Made extends Page>(key: string, version: unknown, page: Made): Made {
    if (!this.#asked.has(key)) this.#asked.set(key, true);
    else if (this.#versionOf() === version) this.#pages.set(key, page);
    return page;
  }
}

/** About. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return OBJECT_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return VALUE_BYTES;
  return Object.values(value).reduce((bytes, member) => bytes + bytesOf(member), OBJECT_BYTES);
}
