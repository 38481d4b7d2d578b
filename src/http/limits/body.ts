import type { FastifyRequest, RequestPayload } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { parseJsonBody } from '../../contract/validation/json.ts';
import type { Load } from './in-flight.ts';
import { afterOthers } from './large-texts.ts';

/** Bytes that a body is given room for before any arrived, and from which on the room doubles. */
const ROOM = 64 * 1024;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Makes what reads a request's body and parses it. The body is in one piece while it arrives: a client may
 * send each of its bytes as a chunk, and a list of these would take a hundred times their memory.
 * @returns a parser for Fastify; it fails with ApiError for a body that is too large, cut short, not JSON,
 *   or beyond what the server can hold for the moment
 */
export function bodyReader(load: Load) {
  return (request: FastifyRequest, payload: RequestPayload, done: Done): void => {
    const limit = request.routeOptions.bodyLimit;
    const declared = Number(request.headers['content-length'] ?? ROOM);
    if (declared > limit) {
      done(tooLarge(limit));
      return;
    }
    if (request.raw.destroyed) {
      done(cutShort());
      return;
    }
    let body = Buffer.allocUnsafe(Math.min(declared, ROOM));
    let length = 0;

    const end = (error: Error | null) => {
      payload.off('data', take).off('end', arrived).off('error', fail);
      load.bodyEnds(request);
      if (error) done(error);
    };
    const take = (chunk: Buffer) => {
      if (length + chunk.length > limit) return end(tooLarge(limit));
      try {
        load.takeBody(request, chunk.length);
      } catch (error) {
        return end(error as Error);
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
      afterOthers(length, () => done(null, parsed));
    };
    const arrived = () => {
      end(null);
      afterOthers(length, parse);
    };
    const fail = () => end(cutShort());

    load.bodyBegins(request, end);
    payload.on('data', take).on('end', arrived).on('error', fail);
  };
}

const cutShort = () => invalidArgument('the body was cut short');

function tooLarge(limit: number): ApiError {
  return new ApiError('bodyTooLarge', `the body is larger than ${limit} bytes`);
}
