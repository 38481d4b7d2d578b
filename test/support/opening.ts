import type { Finishing } from './folder.ts';

/** What is opened for as long as its opener says, in place of a test. */
export interface Opening extends Finishing {
  /** Closes it, the last first. */
  finish(): Promise<void>;
}

export function opening(): Opening {
  const finishers: (() => unknown)[] = [];
  return {
    onTestFinished: (finisher) => void finishers.push(finisher as () => unknown),
    finish: async () => {
      for (const finisher of finishers.splice(0).toReversed()) await finisher();
    },
  };
}
