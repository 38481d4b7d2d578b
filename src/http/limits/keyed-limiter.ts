type Task = () => Promise<void>;

/**
 * Limits concurrent tasks, in total and per key. Keys are served round-robin, so that slow tasks of one
 * key don't delay those of others.
 */
export class KeyedLimiter {
  readonly #limits: { total: number; perKey: number };
  readonly #waiting = new Map<string, Task[]>();
  readonly #running = new Map<string, number>();
  #total = 0;

  constructor(limits: { total: number; perKey: number }) {
    this.#limits = limits;
  }

  /** @param task is started when the limits allow; must not reject */
  add(key: string, task: Task): void {
    const tasks = this.#waiting.get(key) ?? [];
    tasks.push(task);
    this.#waiting.set(key, tasks);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#total < this.#limits.total) {
      const key = this.#nextKey();
      if (key === undefined) return;
      const tasks = this.#waiting.get(key) ?? [];
      const task = tasks.shift();
      // Moves the key to the end of the round.
      this.#waiting.delete(key);
      if (tasks.length > 0) this.#waiting.set(key, tasks);
      if (task) this.#start(key, task);
    }
  }

  /** The next key, in order of the round, that has a task and room for it. */
  #nextKey(): string | undefined {
    for (const key of this.#waiting.keys()) {
      if (this.#runningFor(key) < this.#limits.perKey) return key;
    }
    return undefined;
  }

  #start(key: string, task: Task): void {
    this.#count(key, 1);
    task().finally(() => {
      this.#count(key, -1);
      this.#startNext();
    });
  }

  #count(key: string, change: number): void {
    this.#total += change;
    const running = this.#runningFor(key) + change;
    if (running > 0) this.#running.set(key, running);
    else this.#running.delete(key);
  }

  #runningFor(key: string): number {
    return this.#running.get(key) ?? 0;
  }
}
