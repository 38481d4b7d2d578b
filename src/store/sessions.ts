/**
 * A session need not slide by less than this, nor by less than this part of its lifetime: the wire's
 * dates are to the second, and most calls are spared a write.
 */
const SLIDE_MS = 1000;
const SLIDE_PART = 1 / 100;

/** Whether a session's end is so far from where a use of it would move it that this is worth a write; in milliseconds. */
export function shouldExtend(end: number, moved: number, now: number): boolean {
  return moved - end >= Math.min(SLIDE_MS, (moved - now) * SLIDE_PART);
}
