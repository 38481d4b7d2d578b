/** Length from which on it takes milliseconds to parse a text, or to encode it. */
const LARGE = 256 * 1024;

/** Does a step of the work on a text: with a large one when others have had their turn, for they wait meanwhile. */
export function yieldToEventLoop(length: number, step: () => void): void {
  if (length < LARGE) step();
  else setImmediate(step);
}

/** Encodes a large answer once, which would else be done to count its bytes and again to send them; a small one stays. */
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
