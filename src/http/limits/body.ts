import type { FastifyRequest, RequestPayload } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { parseJsonBody } from '../../contract/validation/json.ts';
import { type LoadShedder, yieldToEventLoop } from './in-flight.ts';

/** Initial size of the buffer of a body, in bytes; a full buffer is doubled. */
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
    const limit = request.routeOptions.bodyLimit;
    const declared = Number(request.headers['content-length'] ?? INITIAL_BUFFER_BYTES);
    if (declared > limit) {
      done(bodyTooLarge(limit));
      return;
    }
    if (request.raw.destroyed) {
      done(bodyTruncated());
      return;
    }
    let body = Buffer.allocUnsafe(Math.min(declared, INITIAL_BUFFER_BYTES));
    let length = 0;

    const finish = (error: Error | null) => {
      payload.off('data', onData).off('end', onEnd).off('error', onError);
      loadShedder.endBody(request);
      if (error) done(error);
    };
    const onData = (chunk: Buffer) => {
      if (length + chunk.length > limit) return finish(bodyTooLarge(limit));
      try {
        loadShedder.countBody(request, chunk.length);
      } catch (error) {
        return finish(error as Error);
      }
      if (length + chunk.length > body.length) {
        const larger = Buffer.allocUnsafe(Math.max(length + chunk.length, 2 * body.length));
        body.copy(larger, 0, 0, length);
        body = larger;
      }
      chunk.copy(body, length);
      length += chunk.length;
    };
    const parse = () => {
      let parsed: unknown;
      try {
        parsed = parseJsonBody(body.subarray(0, length));
      } catch (error) {
        return done(error as Error);
      }
      yieldToEventLoop(length, () => done(null, parsed));
    };
    const onEnd = () => {
      finish(null);
      yieldToEventLoop(length, parse);
    };
    const onError = () => finish(bodyTruncated());

    loadShedder.startBody(request, finish);
    payload.on('data', onData).on('end', onEnd).on('error', onError);
  };
}

const bodyTruncated = () => invalidArgument('the body was cut short');

function bodyTooLarge(limit: number): ApiError {
  return new ApiError('bodyTooLarge', `the body is larger than ${limit} bytes`);
}
