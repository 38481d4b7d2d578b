export interface ClockSetting {
  /** The time at which it is stopped, in milliseconds since the epoch. */
  still?: number | undefined;
  /** Otherwise its offset from the real time, in milliseconds. */
  ahead?: number | undefined;
}

/** A clock that tests can stop or offset from the real time. */
export class ControlledClock {
  readonly #real: () => number;
  #ahead = 0;
  #still: number | undefined;

  /** @param real milliseconds since the epoch */
  constructor(real: () => number) {
    this.#real = real;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.over(this.#real);

  /** The time by another real clock, stopped or offset likewise. */
  over(real: () => number): number {
    return this.#still ?? real() + this.#ahead;
  }

  set({ still, ahead = 0 }: ClockSetting): void {
    this.#still = still;
    this.#ahead = ahead;
  }
}
