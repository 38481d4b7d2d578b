import type { FastifyReply, FastifyRequest } from 'fastify';

/** Length from which on it takes milliseconds to parse a text, or to encode it. */
const LARGE = 256 * 1024;

/** Does a step of the work on a text: with a large one when others have had their turn, for they wait meanwhile. */
export function afterOthers(length: number, step: () => void): void {
  if (length < LARGE) step();
  else setImmediate(step);
}

/** A hook: encodes a large answer once, where it would be to count its bytes and again to send them. */
export function encodeAnswer(
  _request: FastifyRequest,
  _reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  if (typeof payload !== 'string' || payload.length < LARGE) {
    done(null, payload);
    return;
  }
  afterOthers(payload.length, () => {
    const bytes = Buffer.from(payload);
    afterOthers(bytes.length, () => done(null, bytes));
  });
}
