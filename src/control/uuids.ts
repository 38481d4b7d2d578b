import { createHash } from 'node:crypto';

/** Generates uuids: random ones, or a sequence determined by a seed. */
export class ControlledUuids {
  readonly #random: () => string;
  #seed: string | undefined;
  #count = 0;

  constructor(random: () => string) {
    this.#random = random;
  }

  /** A uuid in the platform's form. */
  readonly next = (): string => {
    if (this.#seed === undefined) return this.#random();
    const digits = createHash('sha256')
      .update(`${this.#count++} ${this.#seed}`)
      .digest('hex');
    return `${digits.slice(0, 12)}4${digits.slice(13, 16)}8${digits.slice(17, 32)}`;
  };

  /** Restarts the sequence of a seed; without a seed, uuids are random. */
  set(seed: string | undefined): void {
    this.#seed = seed;
    this.#count = 0;
  }
}
