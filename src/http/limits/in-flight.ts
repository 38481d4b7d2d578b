import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../contract/errors.ts';
import { encodeResponse } from './large-texts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served however much there is to do. */
    isNeverShed?: boolean;
  }
  interface FastifyRequest {
    /** What is held in memory for the request; undefined for one that is not counted. */
    inFlight: InFlight | undefined;
  }
}

/** Beyond these the server refuses with SYS.1010 instead of taking up more. */
export interface LoadLimits {
  /** Requests without an answer, those whose bodies are still arriving among them. */
  requests: number;
  /** Bytes of bodies, until their requests are answered. */
  bodyBytes: number;
  /** Bytes of answers that their clients have not taken. */
  answerBytes: number;
  /** Milliseconds in which a client takes nothing of its answer. */
  stall: number;
  /** Milliseconds that the event loop is late, on average. */
  eventLoopDelay: number;
  /** Milliseconds from one look at the event loop and the heap to the next. */
  sample: number;
  /** Bytes of V8's heap. */
  heapBytes: number;
}

const MIB = 1024 ** 2;

/** Part of V8's heap from which on requests are refused: at its end V8 ends the process. */
const HEAP_SHARE = 0.8;

export const defaultLoadLimits = (): LoadLimits => ({
  // Twice as many as a thousand clients have; each waits for less than a second.
  requests: 2048,
  bodyBytes: 128 * MIB,
  answerBytes: 256 * MIB,
  stall: 60_000,
  eventLoopDelay: 1000,
  // Where less than two turns fit into it, the plugin takes the event loop for late.
  sample: 2000,
  heapBytes: HEAP_SHARE * getHeapStatistics().heap_size_limit,
});

/** Bodies and answers up to this are bounded by the number of requests: large ones don't keep them out. */
const SMALL_BYTES = 64 * 1024;

/** From when on a body that is still arriving makes room for a new request, in milliseconds. */
const SLOW_MS = 1000;

/** How many times as many requests may wait for their turn as may be worked on. */
const WAITING_SHARE = 4;

/** What is held in memory for one request. */
interface InFlight {
  reply: FastifyReply;
  bodyBytes: number;
  answerBytes: number;
  hasBegun: boolean;
  isReleased: boolean;
}

type Reject = (failure: ApiError) => void;

/** Counts what is in flight, and refuses what is beyond the bounds. */
export class LoadShedder {
  readonly #bounds: LoadLimits;
  #requests = 0;
  /** Pipelined requests whose turn hasn't come. */
  #waiting = 0;
  #bodyBytes = 0;
  #answerBytes = 0;
  /** Requests whose bodies are still arriving, the oldest first. */
  readonly #arriving = new Map<InFlight, Reject>();
  /** By connection, the same. */
  readonly #waitingOn = new WeakMap<Socket, Set<InFlight>>();

  constructor(bounds: LoadLimits) {
    this.#bounds = bounds;
  }

  /**
   * A hook: counts the request until its answer has left or its connection is closed, and lets it wait
   * until those before it on its connection are answered. It fails with SYS.1010 where too many are in flight.
   */
  readonly admit = (
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: ApiError) => void,
  ): void => {
    if (request.routeOptions.config?.isNeverShed) {
      done();
      return;
    }
    const isFull =
      this.#requests >= this.#bounds.requests ||
      this.#waiting >= WAITING_SHARE * this.#bounds.requests;
    if (isFull && !this.#rejectSlowest()) {
      done(overloaded('too many requests are in flight'));
      return;
    }
    const inFlight = { reply, bodyBytes: 0, answerBytes: 0, hasBegun: false, isReleased: false };
    request.inFlight = inFlight;
    reply.raw.once('close', () => this.#release(inFlight));
    this.#waiting++;
    const begin = () => {
      inFlight.hasBegun = true;
      this.#waiting--;
      this.#requests++;
      done();
    };
    // Only the first request on a connection has it for its answer at once.
    if (reply.raw.socket === null) this.#enqueue(request.raw.socket, inFlight, begin);
    else begin();
  };

  /** Notes that a request's body begins to arrive, and how to refuse it meanwhile. */
  startBody({ inFlight }: FastifyRequest, reject: Reject): void {
    if (inFlight && !inFlight.isReleased) this.#arriving.set(inFlight, reject);
  }

  /**
   * Counts a part of a request's body.
   * @throws ApiError SYS.1010 where there is no room for it
   */
  countBody({ inFlight }: FastifyRequest, bytes: number): void {
    if (!inFlight || inFlight.isReleased) return;
    inFlight.bodyBytes += bytes;
    this.#bodyBytes += bytes;
    if (this.#bodyBytes <= this.#bounds.bodyBytes || inFlight.bodyBytes <= SMALL_BYTES) return;
    this.#release(inFlight);
    throw overloaded('too many large bodies are in flight');
  }

  /** Notes that a request's body arrives no more. */
  endBody({ inFlight }: FastifyRequest): void {
    if (inFlight) this.#arriving.delete(inFlight);
  }

  /** A hook: counts an answer until its client has taken it, and refuses it where there is no room. */
  readonly answer = (
    request: FastifyRequest,
    _reply: FastifyReply,
    payload: unknown,
    done: (error?: ApiError | null, payload?: unknown) => void,
  ): void => {
    const { inFlight } = request;
    const { socket } = request.raw;
    // Node sets another one when the answer has left.
    socket.setTimeout(this.#bounds.stall);
    const bytes = bytesOf(payload);
    const isLarge = inFlight && !inFlight.isReleased && bytes > SMALL_BYTES;
    const isRead = request.method === 'GET';
    // Reads leave as much again to the answers of what was written.
    const room = this.#bounds.answerBytes * (isRead ? 1 : 2);
    // A single one is made, however large: the client might need it.
    const hasRoom = this.#answerBytes === 0 || this.#answerBytes + bytes <= room;
    if (isLarge && !hasRoom && isRead) {
      done(overloaded('too many large answers are in flight'));
      return;
    }
    // A refusal would say that nothing was written.
    if (isLarge && !hasRoom) socket.destroy();
    // Nobody takes it.
    if (socket.destroyed) {
      done(null, payload);
      return;
    }
    if (isLarge) this.#countAnswer(inFlight, bytes);
    encodeResponse(payload, (encoded) => {
      if (isLarge && Buffer.isBuffer(encoded)) this.#countAnswer(inFlight, encoded.length - bytes);
      done(null, encoded);
    });
  };

  #countAnswer(inFlight: InFlight, bytes: number): void {
    if (inFlight.isReleased) return;
    inFlight.answerBytes += bytes;
    this.#answerBytes += bytes;
  }

  /** Refuses the request whose body has been arriving longest, if that is long. */
  #rejectSlowest(): boolean {
    const [slowest] = this.#arriving;
    if (!slowest || slowest[0].reply.elapsedTime < SLOW_MS) return false;
    const [inFlight, reject] = slowest;
    this.#arriving.delete(inFlight);
    this.#release(inFlight);
    reject(overloaded('the body arrives too slowly', { connection: 'close' }));
    return true;
  }

  /** Begins a request when those before it on its connection are answered. */
  #enqueue(socket: Socket, inFlight: InFlight, begin: () => void): void {
    const waiting = this.#waitingOn.get(socket) ?? this.#watch(socket);
    waiting.add(inFlight);
    // What else the client sends stays with the system until then.
    socket.pause();
    inFlight.reply.raw.once('socket', () => {
      waiting.delete(inFlight);
      if (waiting.size === 0) socket.resume();
      // Others come in between.
      setImmediate(() => {
        if (!inFlight.isReleased) begin();
      });
    });
  }

  #watch(socket: Socket): Set<InFlight> {
    const waiting = new Set<InFlight>();
    this.#waitingOn.set(socket, waiting);
    // Where the connection closes before an answer's turn, that answer never does.
    socket.once('close', () => {
      for (const inFlight of waiting) this.#release(inFlight);
    });
    return waiting;
  }

  #release(inFlight: InFlight): void {
    if (inFlight.isReleased) return;
    inFlight.isReleased = true;
    this.#arriving.delete(inFlight);
    if (inFlight.hasBegun) this.#requests--;
    else this.#waiting--;
    this.#bodyBytes -= inFlight.bodyBytes;
    this.#answerBytes -= inFlight.answerBytes;
  }
}

/**
 * Lets the app refuse what is beyond its bounds, before anything else is known of a request: what is in
 * flight, how late the event loop is, and how full the heap.
 * @returns what counts bodies while they arrive
 */
export async function registerLoadShedder(
  app: FastifyInstance,
  bounds: LoadLimits,
): Promise<LoadShedder> {
  const loadShedder = new LoadShedder(bounds);
  app.decorateRequest('inFlight', undefined);
  await app.register(underPressure, {
    sampleInterval: bounds.sample,
    maxEventLoopDelay: bounds.eventLoopDelay,
    maxHeapUsedBytes: bounds.heapBytes,
    pressureHandler: ({ routeOptions }, _reply, type) => {
      if (routeOptions.config?.isNeverShed) return;
      throw overloaded(
        type === underPressure.TYPE_HEAP_USED_BYTES
          ? 'its memory is nearly full'
          : 'it is far behind with its work',
      );
    },
  });
  app.addHook('onRequest', loadShedder.admit);
  app.addHook('onSend', loadShedder.answer);
  return loadShedder;
}

/** About: that of a text is known when it is encoded. */
function bytesOf(payload: unknown): number {
  return Buffer.isBuffer(payload) || typeof payload === 'string' ? payload.length : 0;
}

function overloaded(reason: string, headers?: Record<string, string>): ApiError {
  return new ApiError('notReady', `the server is overloaded: ${reason}`, headers);
}
