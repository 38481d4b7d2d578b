import { getHeapStatistics } from 'node:v8';
import type { FastifyRequest, onRequestHookHandler, onSendHookHandler } from 'fastify';
import { ApiError } from '../../contract/errors.ts';
import { clientNetwork } from '../../domain/client-network.ts';
import { encodeAnswer } from '../protocol/event-loop.ts';
import { Quota } from './quota.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served under any load. */
    isNeverShed?: boolean;
    /** Counted only until its body has arrived, because the handler limits how many of its requests wait. */
    hasOwnLimit?: boolean;
    /** Whether the sender is known only once the body has been parsed. */
    hasSessionInBody?: boolean;
  }
  interface FastifyRequest {
    /** What is counted for the request; undefined if it is exempt or no longer in flight. */
    inFlight: InFlight | undefined;
  }
}

interface InFlight {
  client: string;
  bodyBytes: number;
  answerBytes: number;
  /** What the bytes of the body are counted by, and for whom. */
  bodies: Quota;
  bodyOwner: string;
  /** Counts the request elsewhere; returns an error if there is no room. */
  move: (to: Quota) => ApiError | undefined;
  release: () => void;
}

export const defaultLoadLimits = {
  /** Open connections, half of them from one client; each takes about 12 KiB of memory. */
  connections: 8000,
  /** Unanswered requests, half of them from one client: enough for a thousand connections of one. */
  requests: 2048,
  /** Bytes of the bodies of unanswered requests, half of them of one session. */
  bodyBytes: 256 * 1024 ** 2,
  /** Bytes of answers that clients haven't received yet, half of them of one session. */
  answerBytes: 256 * 1024 ** 2,
  /** Milliseconds without progress until the connection of an answer is closed. */
  stall: 60_000,
  /** Bytes used of V8's heap, which aborts the process at its limit. */
  heapBytes: 0.8 * getHeapStatistics().heap_size_limit,
  /** Interval between samples of the heap, in milliseconds. */
  sample: 250,
};
export type LoadLimits = typeof defaultLoadLimits;

/** Bodies and answers up to this size, in bytes, are limited by the number of requests alone. */
const SMALL_BYTES = 64 * 1024;

/** Counts requests, bodies and answers in flight, and rejects those beyond the limits with SYS.1010. */
export class LoadShedder {
  readonly #limits: LoadLimits;
  readonly #requests: Quota;
  /** Requests of senders that are not known, until their bodies have arrived. */
  readonly #arriving: Quota;
  readonly #bodies: Quota;
  /** Bodies of senders that are not known yet, which must not use the quota of sessions. */
  readonly #unknownBodies: Quota;
  readonly #answers: Quota;
  /** Answers to senders that are not known. */
  readonly #unknownAnswers: Quota;
  readonly #timer: NodeJS.Timeout;
  #isHeapFull = false;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
    this.#requests = new Quota(Math.min(limits.requests, limits.connections));
    this.#arriving = new Quota(limits.requests);
    this.#bodies = new Quota(limits.bodyBytes);
    this.#unknownBodies = new Quota(limits.bodyBytes / 4);
    this.#answers = new Quota(limits.answerBytes);
    this.#unknownAnswers = new Quota(limits.answerBytes);
    this.#timer = setInterval(() => {
      this.#isHeapFull = getHeapStatistics().used_heap_size > limits.heapBytes;
    }, limits.sample).unref();
  }

  readonly stop = async (): Promise<void> => clearInterval(this.#timer);

  /** Hook `onRequest`: counts a request until its answer has been sent or its connection is closed. */
  readonly admit: onRequestHookHandler = (request, reply, done) => {
    const { isNeverShed, hasSessionInBody } = request.routeOptions.config ?? {};
    if (isNeverShed) return done();
    if (this.#isHeapFull) return done(overloaded('its memory is nearly full'));
    const client = clientNetwork(request.ip);
    let quota = this.#requests;
    if (!quota.take(client, 1)) return done(overloaded('too many requests are in flight'));
    const release = () => {
      if (request.inFlight !== inFlight) return;
      request.inFlight = undefined;
      quota.free(client, 1);
      if (inFlight.bodyBytes > 0) bodies.free(inFlight.bodyOwner, inFlight.bodyBytes);
      const owner = request.session || client;
      if (inFlight.answerBytes > 0) this.#answersOf(request).free(owner, inFlight.answerBytes);
    };
    const move = (to: Quota) => {
      if (to.take(client, 1)) {
        quota.free(client, 1);
        quota = to;
        return undefined;
      }
      release();
      return overloaded('too many requests are in flight');
    };
    const bodies = hasSessionInBody ? this.#unknownBodies : this.#bodies;
    const bytes = { bodyBytes: 0, answerBytes: 0 };
    const inFlight: InFlight = { client, ...bytes, bodies, bodyOwner: client, move, release };
    request.inFlight = inFlight;
    reply.raw.once('close', release);
    done();
  };

  /** @throws ApiError SYS.1010 beyond the limit of large bodies; the request is then no longer counted */
  countBody({ inFlight, session }: FastifyRequest, bytes: number): void {
    if (!inFlight) return;
    const factor = inFlight.bodyBytes + bytes <= SMALL_BYTES ? Number.POSITIVE_INFINITY : 1;
    inFlight.bodyOwner = session || inFlight.client;
    if (!inFlight.bodies.take(inFlight.bodyOwner, bytes, factor)) {
      inFlight.release();
      throw overloaded('too many large bodies are in flight');
    }
    inFlight.bodyBytes += bytes;
  }

  /** Counts a request apart from those of sessions until its body has arrived, if its sender is not known. */
  beginBody({ inFlight, session }: FastifyRequest): ApiError | undefined {
    return session ? undefined : inFlight?.move(this.#arriving);
  }

  /** Stops counting a request whose body has arrived if its handler has a limit of its own. */
  endBody({ inFlight, routeOptions, session }: FastifyRequest): ApiError | undefined {
    if (!routeOptions.config?.hasOwnLimit)
      return session ? undefined : inFlight?.move(this.#requests);
    inFlight?.release();
    return undefined;
  }

  readonly #answersOf = ({ session }: FastifyRequest): Quota =>
    session ? this.#answers : this.#unknownAnswers;

  /** Hook `onSend`: counts a large answer until its client has received it, and encodes it. */
  readonly countAnswer: onSendHookHandler<unknown> = (request, _reply, payload, done) => {
    const { inFlight, raw } = request;
    // Node resets the timeout when the answer has been sent.
    raw.socket.setTimeout(this.#limits.stall);
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (inFlight && isText && payload.length > SMALL_BYTES) {
      const owner = request.session || inFlight.client;
      const bytes = Buffer.byteLength(payload);
      const isRead = raw.method === 'GET';
      // Answers of writes may use twice the limit, which reads can't exhaust.
      const hasRoom = this.#answersOf(request).take(owner, bytes, isRead ? 1 : 2);
      if (hasRoom) inFlight.answerBytes = bytes;
      else if (isRead) return done(overloaded('too many large answers are in flight'));
      // An error would claim that nothing was written.
      else raw.socket.destroy();
    }
    if (raw.socket.destroyed) return done(null, payload);
    encodeAnswer(payload, (encoded) => done(null, encoded));
  };
}

function overloaded(reason: string): ApiError {
  return new ApiError('notReady', `the server is overloaded: ${reason}`);
}
