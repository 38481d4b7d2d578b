import { createHash } from 'node:crypto';

/** A place in the sequence of a seed; without one, uuids are random. */
export interface UuidSequence {
  seed?: string | undefined;
  /** Number of uuids before the next one. */
  count?: number;
}

/** A uuid in the platform's form, determined by a text. */
export function hashedUuid(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}8${digits.slice(17, 32)}`;
}

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
    return hashedUuid(`${this.#count++} ${this.#seed}`);
  };

  get sequence(): UuidSequence {
    return { seed: this.#seed, count: this.#count };
  }

  /** Continues a sequence at its start, or at another place. */
  set({ seed, count = 0 }: UuidSequence): void {
    this.#seed = seed;
    this.#count = count;
  }
}
