/**
 * A session is extended only by more than a hundredth of its lifetime and more than a second, the resolution of
 * dates in answers, so that most requests need no write.
 */
const SLIDE_MS = 1000;
const SLIDE_PART = 1 / 100;

/** Whether extending a session is worth a write; all times in milliseconds. */
export function shouldExtend(end: number, moved: number, now: number): boolean {
  return moved - end >= Math.min(SLIDE_MS, (moved - now) * SLIDE_PART);
}
