import { LRUCache } from 'lru-cache';
import { ApiError } from '../contract/errors.ts';
import { clientNetwork } from './client-network.ts';

/** Delays of the answers to a network's failures, in seconds; later ones have the last delay. */
const DELAYS = [0, 0, 0, 0.5, 1, 2, 4];
/** Failures after which a network is blocked for a while. */
const FAILURES_MAX = 10;
const BLOCKED_MS = 60_000;
/** A network's failures are forgotten this long after the last one. */
const REMEMBERED_MS = 900_000;
/** Maximum numbers of networks in memory, because clients can forge addresses. */
const NETWORKS_MAX = { failed: 10_000, known: 1000 };
/** Passwords verified at the same time: each takes a core and 32 MiB for about 90 ms. */
const VERIFYING_MAX = 2;
/** Waiting attempts from which another one is rejected: those of its network, or all if that has never logged in. */
const WAITING_MAX = { ofNetwork: 10, ofUnknown: 256 };

/** Delays and then blocks clients that guess passwords, by network, and verifies few at a time (F51). */
export class LoginAttempts {
  readonly #pause: (milliseconds: number) => Promise<void>;
  /** Number of failures by network. */
  readonly #failures: LRUCache<string, number>;
  /** Networks with a successful login. */
  readonly #known = new LRUCache<string, true>({ max: NETWORKS_MAX.known });
  readonly #verifying = new Set<string>();
  /** Oldest first. */
  readonly #waiting: { network: string; start: () => void }[] = [];
  #starts = 0;

  /**
   * @param clock milliseconds since the epoch
   * @param pause resolves after so many milliseconds
   */
  constructor(clock: () => number, pause: (milliseconds: number) => Promise<void>) {
    this.#pause = pause;
    const [max, ttl] = [NETWORKS_MAX.failed, REMEMBERED_MS];
    this.#failures = new LRUCache({ max, ttl, ttlResolution: 0, perf: { now: clock } });
  }

  /** Forgets all failures. */
  clear(): void {
    this.#failures.clear();
  }

  /**
   * Makes an attempt once no other one of the same network is being verified.
   * @param verify resolves to whether the password is right
   * @returns what `verify` resolved to, delayed after repeated failures
   * @throws ApiError 429 ID.1000 for a network with too many failures, or if too many attempts wait
   */
  async run(address: string, verify: () => Promise<boolean>): Promise<boolean> {
    const network = clientNetwork(address);
    this.#assertNotBlocked(network);
    const ofNetwork = this.#waiting.filter((waiting) => waiting.network === network).length;
    const isFull = this.#waiting.length >= WAITING_MAX.ofUnknown && !this.#known.has(network);
    if (isFull || ofNetwork >= WAITING_MAX.ofNetwork) throw tooMany('logins at the same time', 1);
    const started = new Promise<void>((start) => void this.#waiting.push({ network, start }));
    this.#startNext();
    await started;
    let failures = 0;
    try {
      this.#assertNotBlocked(network);
      if (!(await verify())) failures = 1 + (this.#failures.get(network) ?? 0);
      if (failures === 0) this.#known.set(network, true);
      this.#failures.set(network, failures);
    } finally {
      this.#verifying.delete(network);
      this.#startNext();
    }
    if (failures > 0) await this.#pause(1000 * (DELAYS[failures - 1] ?? Math.max(...DELAYS)));
    return failures === 0;
  }

  /** Starts the oldest attempt and the least suspicious one alternately, so that none waits forever. */
  #startNext(): void {
    if (this.#verifying.size >= VERIFYING_MAX) return;
    // One of a network at a time, because its result may block the next one.
    const startable = this.#waiting.filter(({ network }) => !this.#verifying.has(network));
    const suspicion = ({ network }: { network: string }) =>
      this.#known.has(network) ? -1 : (this.#failures.get(network) ?? 0);
    if (this.#starts++ % 2 === 0) startable.sort((a, b) => suspicion(a) - suspicion(b));
    const [next] = startable;
    if (!next) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#verifying.add(next.network);
    next.start();
  }

  #assertNotBlocked(network: string): void {
    const left = this.#failures.getRemainingTTL(network) - REMEMBERED_MS + BLOCKED_MS;
    if ((this.#failures.get(network) ?? 0) < FAILURES_MAX || left <= 0) return;
    throw tooMany('failed logins from this address', Math.ceil(left / 1000));
  }
}

function tooMany(what: string, seconds: number): ApiError {
  const headers = { 'retry-after': String(seconds) };
  return new ApiError('tooManyLogins', `too many ${what}, try again in ${seconds} s`, headers);
}
