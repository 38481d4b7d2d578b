/** A bound on a sum of amounts, half of which one key may use. The first amount may be of any size. */
export class Quota {
  readonly #bound: number;
  readonly #byKey = new Map<string, number>();
  #total = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Adds an amount for a key if the bound, multiplied by `factor`, allows it; returns whether it does. */
  take(key: string, amount: number, factor = 1): boolean {
    const own = this.#byKey.get(key) ?? 0;
    const bound = factor * this.#bound;
    if (this.#total > 0 && this.#total + amount > bound) return false;
    if (own > 0 && own + amount > bound / 2) return false;
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
