import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../contract/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served under any load. */
    isNeverShed?: boolean;
    /** Counted only until its body has arrived, because the handler has a limit of its own. */
    hasOwnLimit?: boolean;
  }
  interface FastifyRequest {
    /** Memory counted for the request; undefined if the request is exempt. */
    inFlight: InFlight | undefined;
  }
}

/** Limits beyond which requests are rejected with SYS.1010. */
export interface LoadLimits {
  /** Unanswered requests, including those whose bodies are still arriving. */
  requests: number;
  /** Bytes of the bodies of unanswered requests. */
  bodyBytes: number;
  /** Bytes of responses that clients haven't received yet. */
  answerBytes: number;
  /** Age, in milliseconds, from which a request with an incomplete body may be dropped for a new one. */
  slowBody: number;
  /** Milliseconds without progress until the connection of a response is closed. */
  stall: number;
  /** Mean delay of the event loop, in milliseconds. */
  eventLoopDelay: number;
  /** Interval between samples of event loop and heap, in milliseconds. */
  sample: number;
  /** Bytes used of V8's heap. */
  heapBytes: number;
}

const MIB = 1024 ** 2;

/** Share of V8's heap limit beyond which requests are rejected: at the limit V8 aborts the process. */
const HEAP_SHARE = 0.8;

export const defaultLoadLimits = (): LoadLimits => ({
  // Twice as many as a thousand clients send; each then waits for less than a second.
  requests: 2048,
  bodyBytes: 128 * MIB,
  answerBytes: 256 * MIB,
  slowBody: 1000,
  stall: 60_000,
  eventLoopDelay: 1000,
  // With shorter intervals, the plugin reports a delay whenever one iteration of the event loop is long.
  sample: 2000,
  heapBytes: HEAP_SHARE * getHeapStatistics().heap_size_limit,
});

/** Bodies and responses up to this size, in bytes, are limited by the number of requests alone. */
const SMALL_BYTES = 64 * 1024;

/** Maximum pipelined requests in the queue, as a multiple of the limit of requests. */
const QUEUE_FACTOR = 4;

/** Memory counted for one request. */
interface InFlight {
  reply: FastifyReply;
  bodyBytes: number;
  answerBytes: number;
  hasBegun: boolean;
  isReleased: boolean;
}

type Reject = (failure: ApiError) => void;

/** Counts requests, bodies and responses in flight, and rejects those beyond the limits. */
export class LoadShedder {
  readonly #bounds: LoadLimits;
  #requests = 0;
  /** Pipelined requests that wait for the one before them. */
  #queued = 0;
  #bodyBytes = 0;
  #answerBytes = 0;
  /** Requests whose bodies are still arriving, oldest first. */
  readonly #arriving = new Map<InFlight, Reject>();
  /** Queued requests by connection. */
  readonly #queues = new WeakMap<Socket, Set<InFlight>>();

  constructor(bounds: LoadLimits) {
    this.#bounds = bounds;
  }

  /**
   * Hook `onRequest`: counts the request until its response has been sent or its connection is closed, and
   * delays it until earlier requests of its connection are answered. Fails with SYS.1010 beyond the limits.
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
      this.#queued >= QUEUE_FACTOR * this.#bounds.requests;
    if (isFull && !this.#rejectSlowest()) {
      done(overloaded('too many requests are in flight'));
      return;
    }
    const inFlight = { reply, bodyBytes: 0, answerBytes: 0, hasBegun: false, isReleased: false };
    request.inFlight = inFlight;
    reply.raw.once('close', () => this.#release(inFlight));
    this.#queued++;
    const begin = () => {
      inFlight.hasBegun = true;
      this.#queued--;
      this.#requests++;
      done();
    };
    // A pipelined response gets the socket only when the one before it has been sent.
    if (reply.raw.socket === null) this.#enqueue(request.raw.socket, inFlight, begin);
    else begin();
  };

  /** Registers a request whose body begins to arrive, with the function that aborts it. */
  startBody({ inFlight }: FastifyRequest, reject: Reject): void {
    if (inFlight && !inFlight.isReleased) this.#arriving.set(inFlight, reject);
  }

  /**
   * Counts a chunk of a request's body.
   * @throws ApiError SYS.1010 if large bodies exceed their limit
   */
  countBody({ inFlight }: FastifyRequest, bytes: number): void {
    if (!inFlight || inFlight.isReleased) return;
    inFlight.bodyBytes += bytes;
    this.#bodyBytes += bytes;
    if (this.#bodyBytes <= this.#bounds.bodyBytes || inFlight.bodyBytes <= SMALL_BYTES) return;
    this.#release(inFlight);
    throw overloaded('too many large bodies are in flight');
  }

  /** Unregisters a request whose body has arrived or failed. */
  endBody({ inFlight, routeOptions }: FastifyRequest): void {
    if (inFlight) this.#arriving.delete(inFlight);
    if (inFlight && routeOptions.config?.hasOwnLimit) this.#release(inFlight);
  }

  /** Hook `onSend`: counts a response until its client has received it. Fails with SYS.1010 beyond the limit. */
  readonly answer = (
    request: FastifyRequest,
    _reply: FastifyReply,
    payload: unknown,
    done: (error?: ApiError | null, payload?: unknown) => void,
  ): void => {
    const { inFlight } = request;
    const { socket } = request.raw;
    // Node resets the timeout when the response has been sent.
    socket.setTimeout(this.#bounds.stall);
    const bytes = bytesOf(payload);
    const isLarge = inFlight && !inFlight.isReleased && bytes > SMALL_BYTES;
    const isRead = request.method === 'GET';
    // Responses of writes may use twice the limit, which reads can't exhaust.
    const room = this.#bounds.answerBytes * (isRead ? 1 : 2);
    // A single response may have any size, because a client might need it.
    const hasRoom = this.#answerBytes === 0 || this.#answerBytes + bytes <= room;
    if (isLarge && !hasRoom && isRead) {
      done(overloaded('too many large answers are in flight'));
      return;
    }
    // An error response would claim that nothing was written.
    if (isLarge && !hasRoom) socket.destroy();
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

  /** Drops the request whose body has been arriving longest, if that makes it slow. */
  #rejectSlowest(): boolean {
    const [slowest] = this.#arriving;
    if (!slowest || slowest[0].reply.elapsedTime < this.#bounds.slowBody) return false;
    const [inFlight, reject] = slowest;
    this.#arriving.delete(inFlight);
    this.#release(inFlight);
    reject(overloaded('the body arrives too slowly', { connection: 'close' }));
    return true;
  }

  /** Calls `begin` once the earlier requests of the connection are answered. */
  #enqueue(socket: Socket, inFlight: InFlight, begin: () => void): void {
    const queue = this.#queues.get(socket) ?? this.#createQueue(socket);
    queue.add(inFlight);
    // Leaves further data in the kernel's buffer until then.
    socket.pause();
    inFlight.reply.raw.once('socket', () => {
      queue.delete(inFlight);
      if (queue.size === 0) socket.resume();
      // Lets other connections run in between.
      setImmediate(() => {
        if (!inFlight.isReleased) begin();
      });
    });
  }

  #createQueue(socket: Socket): Set<InFlight> {
    const queue = new Set<InFlight>();
    this.#queues.set(socket, queue);
    // If the connection closes first, a queued response emits no `close` of its own.
    socket.once('close', () => {
      for (const inFlight of queue) this.#release(inFlight);
    });
    return queue;
  }

  #release(inFlight: InFlight): void {
    if (inFlight.isReleased) return;
    inFlight.isReleased = true;
    this.#arriving.delete(inFlight);
    if (inFlight.hasBegun) this.#requests--;
    else this.#queued--;
    this.#bodyBytes -= inFlight.bodyBytes;
    this.#answerBytes -= inFlight.answerBytes;
  }
}

/**
 * Adds the hooks that reject requests under too much load: by what is in flight, by the delay of the
 * event loop, and by the use of the heap.
 * @returns the shedder, which the body parser informs of bodies
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

/** Approximate for a string, whose exact size is known once it is encoded. */
function bytesOf(payload: unknown): number {
  return Buffer.isBuffer(payload) || typeof payload === 'string' ? payload.length : 0;
}

function overloaded(reason: string, headers?: Record<string, string>): ApiError {
  return new ApiError('notReady', `the server is overloaded: ${reason}`, headers);
}

/** Length of a text, in characters or bytes, from which parsing or encoding it takes milliseconds. */
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
