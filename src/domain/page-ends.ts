import { LRUCache } from 'lru-cache';
import type { Position } from './dependencies.ts';

/** How long a client may take over a page, in milliseconds. */
const REMEMBERED_MS = 600_000;
/** Characters that are remembered, since clients make queries up. */
const CHARACTERS_MAX = 4 * 1024 * 1024;
/** What an entry takes beside its texts, as if it were characters. */
const ENTRY = 200;

/**
 * Where pages ended. The page that a client asks for next begins there, so that it neither repeats nor
 * skips a resource though others came or went before it; counting from the start would.
 */
export class PageEnds {
  readonly #ends: LRUCache<string, Position>;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#ends = new LRUCache({
      maxSize: CHARACTERS_MAX,
      sizeCalculation: ({ value }, key) => ENTRY + key.length + String(value).length,
      ttl: REMEMBERED_MS,
      ttlResolution: 0,
      perf: { now: clock },
    });
  }

  /**
   * @param query what tells a client's query from all others
   * @param start the number of resources on the pages before, by the client's count
   */
  find(query: string, start: number): Position | undefined {
    return this.#ends.get(keyOf(query, start));
  }

  /** Forgets all of them. */
  forget(): void {
    this.#ends.clear();
  }

  /** @param position undefined where the page, or what came before it, ended nowhere */
  remember(query: string, start: number, position: Position | undefined): void {
    const key = keyOf(query, start);
    if (position) this.#ends.set(key, position);
    else this.#ends.delete(key);
  }
}

function keyOf(query: string, start: number): string {
  return `${start}\n${query}`;
}
