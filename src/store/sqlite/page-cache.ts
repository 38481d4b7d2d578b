import { LRUCache } from 'lru-cache';
import type { Database } from './driver.ts';

/** Most that all pages remembered may take, in bytes, about. */
const BYTES_MAX = 8 * 1024 * 1024;
/** Bytes a resource takes beside its texts, about. */
const RESOURCE_BYTES = 2000;

type Page = readonly object[];

/**
 * Remembers pages for as long as nothing whatever has changed in the database: many programs ask for the
 * same page again and again. To be read from within a transaction, whose moment it then tells of.
 */
export class PageCache {
  readonly #versionOf: () => unknown;
  readonly #pages = new LRUCache<string, Page>({
    maxSize: BYTES_MAX,
    sizeCalculation: bytesOf,
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

  /** Remembers a page that was looked for in vain, unless anything has changed since that version. */
  keep<Made extends Page>(key: string, version: unknown, page: Made): Made {
    if (this.#versionOf() === version) this.#pages.set(key, page);
    return page;
  }
}

function bytesOf(page: Page, key: string): number {
  let bytes = RESOURCE_BYTES + key.length;
  for (const resource of page) {
    bytes += RESOURCE_BYTES;
    for (const value of Object.values(resource))
      if (typeof value === 'string') bytes += value.length;
  }
  return bytes;
}
