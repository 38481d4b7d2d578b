import type { FastifyRequest, RequestPayload } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { parseJsonBody } from '../../contract/validation/json.ts';
import { yieldToEventLoop } from '../protocol/event-loop.ts';
import type { LoadShedder } from './in-flight.ts';

/** Largest initial size of the buffer of a body, in bytes; a full buffer is doubled. */
const INITIAL_BUFFER_BYTES = 64 * 1024;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Creates the content type parser that reads and parses JSON bodies. It copies chunks into one buffer: a
 * client may send every byte as a chunk of its own, and a list of chunks would need a hundred times the memory.
 * @returns a parser for Fastify; it fails with ApiError for a body that is too large, truncated or not
 *   JSON, and SYS.1010 if the bodies in flight exceed their limit
 */
export function createBodyParser(loadShedder: LoadShedder) {
  return (request: FastifyRequest, payload: RequestPayload, done: Done): void => {
    const { headers, raw } = request;
    const limit = request.routeOptions.bodyLimit;
    const expected = Number(headers['content-length'] ?? Math.min(INITIAL_BUFFER_BYTES, limit));
    let body = Buffer.allocUnsafe(Math.min(expected, INITIAL_BUFFER_BYTES));
    let length = 0;

    const finish = (error?: Error) => {
      payload.off('data', onData).off('end', finish).off('error', onError);
      const failure = error ?? loadShedder.endBody(request);
      if (failure) done(failure);
      else yieldToEventLoop(length, parse);
    };
    const onError = () => finish(invalidArgument('the body was cut short'));
    const onData = (chunk: Buffer) => {
      const end = length + chunk.length;
      try {
        if (end > limit) throw bodyTooLarge(limit);
        loadShedder.countBody(request, chunk.length);
      } catch (error) {
        return finish(error as Error);
      }
      if (end > body.length) body = Buffer.concat([body], Math.max(end, 2 * body.length));
      chunk.copy(body, length);
      length = end;
    };
    const parse = () => {
      let parsed: unknown;
      try {
        parsed = parseJsonBody(body.subarray(0, length));
      } catch (error) {
        const encoding = headers['content-encoding'];
        if (encoding === undefined) return done(error as Error);
        return done(invalidArgument(`the body's Content-Encoding[${encoding}] is not supported`));
      }
      yieldToEventLoop(length, () => done(null, parsed));
    };

    const refusal = loadShedder.beginBody(request);
    if (expected > limit) done(bodyTooLarge(limit));
    else if (raw.destroyed) onError();
    else if (refusal) done(refusal);
    else payload.on('data', onData).on('end', finish).on('error', onError);
  };
}

function bodyTooLarge(limit: number): ApiError {
  return new ApiError('bodyTooLarge', `the body is larger than ${limit} bytes`);
}
