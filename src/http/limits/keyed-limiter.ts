type Task = () => Promise<void>;

/**
 * Lets tasks run a few at a time, and of one lane fewer still, the lanes in turn: what takes long in
 * one holds up none of the others.
 */
export class Lanes {
  readonly #limits: { total: number; lane: number };
  readonly #waiting = new Map<string, Task[]>();
  readonly #running = new Map<string, number>();
  #total = 0;

  constructor(limits: { total: number; lane: number }) {
    this.#limits = limits;
  }

  /** @param task starts when its turn comes; it must not reject */
  add(lane: string, task: Task): void {
    const tasks = this.#waiting.get(lane) ?? [];
    tasks.push(task);
    this.#waiting.set(lane, tasks);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#total < this.#limits.total) {
      const lane = this.#nextLane();
      if (lane === undefined) return;
      const tasks = this.#waiting.get(lane) ?? [];
      const task = tasks.shift();
      // To the end of the turn.
      this.#waiting.delete(lane);
      if (tasks.length > 0) this.#waiting.set(lane, tasks);
      if (task) this.#start(lane, task);
    }
  }

  /** The first lane, by turn, that has a task and room for it. */
  #nextLane(): string | undefined {
    for (const lane of this.#waiting.keys()) {
      if (this.#runningIn(lane) < this.#limits.lane) return lane;
    }
    return undefined;
  }

  #start(lane: string, task: Task): void {
    this.#count(lane, 1);
    task().finally(() => {
      this.#count(lane, -1);
      this.#startNext();
    });
  }

  #count(lane: string, change: number): void {
    this.#total += change;
    const running = this.#runningIn(lane) + change;
    if (running > 0) this.#running.set(lane, running);
    else this.#running.delete(lane);
  }

  #runningIn(lane: string): number {
    return this.#running.get(lane) ?? 0;
  }
}
