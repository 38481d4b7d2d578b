/**
 * Makes a clock that goes on if the machine's clock is set back, so that no expired session is valid again.
 * @param clock milliseconds since the epoch
 * @param elapsed milliseconds that are never set
 */
export function createSteadyClock(clock: () => number, elapsed: () => number): () => number {
  let start = Number.NEGATIVE_INFINITY;
  return () => {
    start = Math.max(start, clock() - elapsed());
    return Math.floor(start + elapsed());
  };
}
