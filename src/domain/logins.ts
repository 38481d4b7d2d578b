import { LRUCache } from 'lru-cache';
import { ApiError } from '../contract/errors.ts';
import { clientNetwork } from './client-network.ts';

/** Failures that are answered without delay; each further one doubles the delay. */
const UNDELAYED_FAILURES = 3;
const DELAY_MAX_MS = 4000;
const FIRST_DELAY_MS = DELAY_MAX_MS / 8;
/** Failures after which a network is blocked for a while. */
const FAILURES_MAX = 10;
const BLOCKED_MS = 60_000;
/** A network is forgotten this long after its last failure. */
const REMEMBERED_MS = 900_000;
/** Maximum number of networks in memory, because clients can forge addresses. */
const NETWORKS_MAX = 10_000;
/** Passwords verified at the same time: each takes a core and 32 MiB for about 90 ms. */
const CONCURRENT_MAX = 2;
/** Passwords that wait for verification: each holds a request in memory. */
const QUEUE_MAX = 2000;
/** Maximum number of networks with a successful login in memory. */
const KNOWN_MAX = 1000;

interface Attempts {
  failures: number;
  lastFailure: number;
  running: number;
  /** Resolvers of the attempts that wait for a running one to end. */
  waiting: (() => void)[];
}

/** An attempt whose password waits for verification. */
interface PendingAttempt {
  network: string;
  attempts: Attempts;
  start: () => void;
}

/**
 * Delays and then blocks clients that guess passwords, by network (F52). Verifies few passwords at a
 * time, and gives precedence to networks that have logged in before or have not failed yet.
 */
export class LoginAttempts {
  readonly #byNetwork = new LRUCache<string, Attempts>({ max: NETWORKS_MAX });
  readonly #clock: () => number;
  readonly #pause: (milliseconds: number) => Promise<void>;
  readonly #queue: PendingAttempt[] = [];
  readonly #known = new LRUCache<string, true>({ max: KNOWN_MAX });
  #verifying = 0;
  #isOldestNext = false;

  /**
   * @param clock milliseconds since the epoch
   * @param pause resolves after so many milliseconds
   */
  constructor(clock: () => number, pause: (milliseconds: number) => Promise<void>) {
    this.#clock = clock;
    this.#pause = pause;
  }

  /** Resets the counts of failures. */
  clear(): void {
    for (const attempts of this.#byNetwork.values()) attempts.failures = 0;
  }

  /**
   * Makes an attempt. One network has at most as many attempts running as it has failures left.
   * @param verify resolves to whether the password is right
   * @returns what `verify` resolved to, delayed after repeated failures
   * @throws ApiError 429 ID.1000 for a network with too many failures
   */
  async run(address: string, verify: () => Promise<boolean>): Promise<boolean> {
    const network = clientNetwork(address);
    const attempts = this.#attemptsFor(network);
    while (attempts.running >= Math.max(1, FAILURES_MAX - attempts.failures)) {
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
    this.#assertNotBlocked(attempts);
    attempts.running++;
    try {
      const succeeded = await this.#verify(network, attempts, verify);
      if (succeeded) attempts.failures = 0;
      else await this.#pause(this.#fail(attempts));
      return succeeded;
    } finally {
      attempts.running--;
      const waiting = attempts.waiting.splice(0);
      for (const next of waiting) next();
      const idle = attempts.running === 0 && waiting.length === 0;
      if (idle && attempts.failures === 0) this.#byNetwork.delete(network);
    }
  }

  async #verify(
    network: string,
    attempts: Attempts,
    verify: () => Promise<boolean>,
  ): Promise<boolean> {
    if (this.#verifying < CONCURRENT_MAX) {
      this.#verifying++;
    } else {
      if (this.#queue.length >= QUEUE_MAX && !this.#known.has(network)) {
        throw new ApiError('notReady', 'too many logins wait to be judged');
      }
      await new Promise<void>((start) => this.#queue.push({ network, attempts, start }));
    }
    try {
      const succeeded = await verify();
      if (succeeded) this.#known.set(network, true);
      return succeeded;
    } finally {
      const next = this.#nextAttempt();
      if (next) next.start();
      else this.#verifying--;
    }
  }

  /** Takes the oldest and the least suspicious attempt alternately, so that none waits forever. */
  #nextAttempt(): PendingAttempt | undefined {
    this.#isOldestNext = !this.#isOldestNext;
    if (this.#isOldestNext) return this.#queue.shift();
    const suspicion = ({ network, attempts: { failures, running } }: PendingAttempt) =>
      failures + running - (this.#known.has(network) ? FAILURES_MAX : 0);
    let [least, index] = [Number.POSITIVE_INFINITY, 0];
    for (const [at, attempt] of this.#queue.entries()) {
      const current = suspicion(attempt);
      if (current < least) [least, index] = [current, at];
    }
    return this.#queue.splice(index, 1)[0];
  }

  /** Counts a failure and returns the delay of its answer, in milliseconds. */
  #fail(attempts: Attempts): number {
    attempts.failures++;
    attempts.lastFailure = this.#clock();
    const slow = attempts.failures - UNDELAYED_FAILURES;
    return slow <= 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (slow - 1), DELAY_MAX_MS);
  }

  #attemptsFor(network: string): Attempts {
    const known = this.#byNetwork.get(network);
    if (known && (known.running > 0 || known.lastFailure + REMEMBERED_MS > this.#clock())) {
      return known;
    }
    const attempts = { failures: 0, lastFailure: 0, running: 0, waiting: [] };
    this.#byNetwork.set(network, attempts);
    return attempts;
  }

  #assertNotBlocked({ failures, lastFailure }: Attempts): void {
    const left = lastFailure + BLOCKED_MS - this.#clock();
    if (failures < FAILURES_MAX || left <= 0) return;
    const seconds = Math.ceil(left / 1000);
    throw new ApiError(
      'tooManyLogins',
      `too many failed logins from this address, try again in ${seconds} seconds`,
      { 'retry-after': String(seconds) },
    );
  }
}
