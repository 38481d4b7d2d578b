/** A limit on a sum of amounts, of which one key may use half. The first amount may be of any size. */
export class Quota {
  readonly #limit: number;
  readonly #byKey = new Map<string, number>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds an amount for a key if the limit, multiplied by `factor`, allows it; returns whether it does. */
  take(key: string, amount: number, factor = 1): boolean {
    const own = this.#byKey.get(key) ?? 0;
    const limit = factor * this.#limit;
    if (this.#total > 0 && this.#total + amount > limit) return false;
    if (own > 0 && own + amount > limit / 2) return false;
    this.#total += amount;
    this.#byKey.set(key, own + amount);
    return true;
  }

  free(key: string, amount: number): void {
    const rest = (this.#byKey.get(key) ?? 0) - amount;
    this.#total -= amount;
    if (rest > 0) this.#byKey.set(key, rest);
    else this.#byKey.delete(key);
  }
}
