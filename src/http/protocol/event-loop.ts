/** Length of a text, in characters or bytes, from which parsing or encoding it takes milliseconds. */
const LARGE = 256 * 1024;

/** Runs a step of the work on a text; for a large text after one iteration of the event loop. */
export function yieldToEventLoop(length: number, step: () => void): void {
  if (length < LARGE) step();
  else setImmediate(step);
}

/** Encodes a large answer once, for its `Content-Length` and for sending; passes on a small one unchanged. */
export function encodeAnswer(payload: unknown, done: (payload: unknown) => void): void {
  const length = typeof payload === 'string' ? payload.length : 0;
  yieldToEventLoop(length, () => {
    const encoded = length < LARGE ? payload : Buffer.from(payload as string);
    yieldToEventLoop(length, () => done(encoded));
  });
}
