import { Quota } from '../limits/quota.ts';

type Task = () => Promise<void>;

/**
 * Limits concurrent tasks in total, per key and per group. Each pair of key and group has a queue, and the queues are
 * served round-robin, so that slow tasks of one don't delay those of others.
 */
export class KeyedLimiter {
  readonly #keys: Quota;
  readonly #groups: Quota;
  readonly #queues = new Map<string, { key: string; group: string; tasks: Task[] }>();

  /** @param limits no limit per group by default */
  constructor({ total, perKey, perGroup }: { total: number; perKey: number; perGroup?: number }) {
    this.#keys = new Quota(total, perKey);
    this.#groups = new Quota(total, perGroup ?? total);
  }

  /** @param task is started when the limits allow; must not reject */
  add(key: string, task: Task, group = ''): void {
    const name = JSON.stringify([key, group]);
    const queue = this.#queues.get(name) ?? { key, group, tasks: [] };
    queue.tasks.push(task);
    this.#queues.set(name, queue);
    this.#startNext();
  }

  #startNext(): void {
    // The loop visits a queue again that was moved to the end of the map.
    for (const [name, queue] of this.#queues) {
      if (this.#keys.isFull) return;
      const { key, group, tasks } = queue;
      if (!this.#keys.take(key, 1)) continue;
      const task = this.#groups.take(group, 1) ? tasks.shift() : undefined;
      if (task) {
        this.#queues.delete(name);
        if (tasks.length > 0) this.#queues.set(name, queue);
        task().finally(() => {
          this.#keys.free(key, 1);
          this.#groups.free(group, 1);
          this.#startNext();
        });
      } else this.#keys.free(key, 1);
    }
  }
}
