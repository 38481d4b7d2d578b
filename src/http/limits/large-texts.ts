/** Length from which parsing or encoding a text takes milliseconds. */
const LARGE = 256 * 1024;

/** Runs a step of the work on a text; for a large text after one iteration of the event loop. */
export function yieldToEventLoop(length: number, step: () => void): void {
  if (length < LARGE) step();
  else setImmediate(step);
}

/** Encodes a large response once, for counting its bytes and for sending; passes on a small one unchanged. */
export function encodeResponse(payload: unknown, done: (payload: unknown) => void): void {
  if (typeof payload !== 'string' || payload.length < LARGE) {
    done(payload);
    return;
  }
  yieldToEventLoop(payload.length, () => {
    const bytes = Buffer.from(payload);
    yieldToEventLoop(bytes.length, () => done(bytes));
  });
}
