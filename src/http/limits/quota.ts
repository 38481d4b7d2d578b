/** A limit on a sum of amounts, of which one key may use a part. The first amount may be of any size. */
export class Quota {
  readonly #limit: number;
  readonly #perKey: number;
  readonly #byKey = new Map<string, number>();
  #total = 0;

  /** @param perKey limit for each key, by default half of the limit */
  constructor(limit: number, perKey = limit / 2) {
    this.#limit = limit;
    this.#perKey = perKey;
  }

  get isFull(): boolean {
    return this.#total >= this.#limit;
  }

  /** Adds an amount for a key if the limits, multiplied by `factor`, allow it; returns whether they do. */
  take(key: string, amount: number, factor = 1): boolean {
    const own = this.#byKey.get(key) ?? 0;
    if (this.#total > 0 && this.#total + amount > factor * this.#limit) return false;
    if (own > 0 && own + amount > factor * this.#perKey) return false;
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
