export interface ClockSetting {
  /** When it stands still, in milliseconds since the epoch. */
  still?: number | undefined;
  /** How far it is ahead of the real time otherwise, in milliseconds. */
  ahead?: number | undefined;
}

/** The time, as a test sets it: the real one, so much ahead of it, or standing still. */
export class ControlledClock {
  readonly #real: () => number;
  #ahead = 0;
  #still: number | undefined;

  /** @param real milliseconds since the epoch */
  constructor(real: () => number) {
    this.#real = real;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#still ?? this.#real() + this.#ahead;

  set({ still, ahead = 0 }: ClockSetting): void {
    this.#still = still;
    this.#ahead = ahead;
  }
}
