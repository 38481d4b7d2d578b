type Task = () => Promise<void>;

interface Queue {
  /** The counters that each of its tasks increases, with their limits. */
  limits: readonly (readonly [counter: string, limit: number])[];
  tasks: Task[];
}

/**
 * Limits concurrent tasks in total, per key and per group. Each pair of key and group has a queue, and the queues are
 * served round-robin, so that slow tasks of one don't delay those of others.
 */
export class KeyedLimiter {
  readonly #limits: { total: number; perKey: number; perGroup?: number };
  readonly #queues = new Map<string, Queue>();
  /** Numbers of running tasks. */
  readonly #running = new Map<string, number>();

  /** @param limits no limit per group by default */
  constructor(limits: { total: number; perKey: number; perGroup?: number }) {
    this.#limits = limits;
  }

  /** @param task is started when the limits allow; must not reject */
  add(key: string, task: Task, group = ''): void {
    const { total, perKey, perGroup = total } = this.#limits;
    const name = JSON.stringify([key, group]);
    const queue = this.#queues.get(name) ?? {
      limits: [
        ['total', total],
        [`key ${key}`, perKey],
        [`group ${group}`, perGroup],
      ],
      tasks: [],
    };
    queue.tasks.push(task);
    this.#queues.set(name, queue);
    this.#startNext();
  }

  #startNext(): void {
    // The loop visits a queue again that was moved to the end of the map.
    for (const [name, { limits, tasks }] of this.#queues) {
      if (this.#count('total') >= this.#limits.total) return;
      if (limits.some(([counter, limit]) => this.#count(counter) >= limit)) continue;
      const task = tasks.shift();
      this.#queues.delete(name);
      if (tasks.length > 0) this.#queues.set(name, { limits, tasks });
      if (task) this.#start(task, limits);
    }
  }

  #start(task: Task, limits: Queue['limits']): void {
    for (const [counter] of limits) this.#running.set(counter, this.#count(counter) + 1);
    task().finally(() => {
      for (const [counter] of limits) {
        const rest = this.#count(counter) - 1;
        if (rest > 0) this.#running.set(counter, rest);
        else this.#running.delete(counter);
      }
      this.#startNext();
    });
  }

  #count(counter: string): number {
    return this.#running.get(counter) ?? 0;
  }
}
