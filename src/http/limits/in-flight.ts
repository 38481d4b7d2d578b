import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../contract/errors.ts';
import { encodeAnswer } from './large-texts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served however much there is to do. */
    isNeverShed?: boolean;
  }
  interface FastifyRequest {
    /** What is held in memory for the request; undefined for one that is not counted. */
    held: Held | undefined;
  }
}

/** Beyond these the server refuses with SYS.1010 instead of taking up more. */
export interface Bounds {
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

export const defaultBounds = (): Bounds => ({
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
interface Held {
  reply: FastifyReply;
  bodyBytes: number;
  answerBytes: number;
  hasBegun: boolean;
  isReleased: boolean;
}

type Refuse = (failure: ApiError) => void;

/** Counts what is in flight, and refuses what is beyond the bounds. */
export class Load {
  readonly #bounds: Bounds;
  #requests = 0;
  /** Pipelined requests whose turn hasn't come. */
  #waiting = 0;
  #bodyBytes = 0;
  #answerBytes = 0;
  /** Requests whose bodies are still arriving, the oldest first. */
  readonly #arriving = new Map<Held, Refuse>();
  /** By connection, the same. */
  readonly #waitingOn = new WeakMap<Socket, Set<Held>>();

  constructor(bounds: Bounds) {
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
    if (isFull && !this.#refuseSlowest()) {
      done(overloaded('too many requests are in flight'));
      return;
    }
    const held = { reply, bodyBytes: 0, answerBytes: 0, hasBegun: false, isReleased: false };
    request.held = held;
    reply.raw.once('close', () => this.#release(held));
    this.#waiting++;
    const begin = () => {
      held.hasBegun = true;
      this.#waiting--;
      this.#requests++;
      done();
    };
    // Only the first request on a connection has it for its answer at once.
    if (reply.raw.socket === null) this.#enqueue(request.raw.socket, held, begin);
    else begin();
  };

  /** Notes that a request's body begins to arrive, and how to refuse it meanwhile. */
  bodyBegins({ held }: FastifyRequest, refuse: Refuse): void {
    if (held && !held.isReleased) this.#arriving.set(held, refuse);
  }

  /**
   * Counts a part of a request's body.
   * @throws ApiError SYS.1010 where there is no room for it
   */
  takeBody({ held }: FastifyRequest, bytes: number): void {
    if (!held || held.isReleased) return;
    held.bodyBytes += bytes;
    this.#bodyBytes += bytes;
    if (this.#bodyBytes <= this.#bounds.bodyBytes || held.bodyBytes <= SMALL_BYTES) return;
    this.#release(held);
    throw overloaded('too many large bodies are in flight');
  }

  /** Notes that a request's body arrives no more. */
  bodyEnds({ held }: FastifyRequest): void {
    if (held) this.#arriving.delete(held);
  }

  /** A hook: counts an answer until its client has taken it, and refuses it where there is no room. */
  readonly answer = (
    request: FastifyRequest,
    _reply: FastifyReply,
    payload: unknown,
    done: (error?: ApiError | null, payload?: unknown) => void,
  ): void => {
    const { held } = request;
    const { socket } = request.raw;
    // Node sets another one when the answer has left.
    socket.setTimeout(this.#bounds.stall);
    const bytes = bytesOf(payload);
    const isLarge = held && !held.isReleased && bytes > SMALL_BYTES;
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
    if (isLarge) this.#countAnswer(held, bytes);
    encodeAnswer(payload, (encoded) => {
      if (isLarge && Buffer.isBuffer(encoded)) this.#countAnswer(held, encoded.length - bytes);
      done(null, encoded);
    });
  };

  #countAnswer(held: Held, bytes: number): void {
    if (held.isReleased) return;
    held.answerBytes += bytes;
    this.#answerBytes += bytes;
  }

  /** Refuses the request whose body has been arriving longest, if that is long. */
  #refuseSlowest(): boolean {
    const [slowest] = this.#arriving;
    if (!slowest || slowest[0].reply.elapsedTime < SLOW_MS) return false;
    const [held, refuse] = slowest;
    this.#arriving.delete(held);
    this.#release(held);
    refuse(overloaded('the body arrives too slowly', { connection: 'close' }));
    return true;
  }

  /** Begins a request when those before it on its connection are answered. */
  #enqueue(socket: Socket, held: Held, begin: () => void): void {
    const waiting = this.#waitingOn.get(socket) ?? this.#watch(socket);
    waiting.add(held);
    // What else the client sends stays with the system until then.
    socket.pause();
    held.reply.raw.once('socket', () => {
      waiting.delete(held);
      if (waiting.size === 0) socket.resume();
      // Others come in between.
      setImmediate(() => {
        if (!held.isReleased) begin();
      });
    });
  }

  #watch(socket: Socket): Set<Held> {
    const waiting = new Set<Held>();
    this.#waitingOn.set(socket, waiting);
    // Where the connection closes before an answer's turn, that answer never does.
    socket.once('close', () => {
      for (const held of waiting) this.#release(held);
    });
    return waiting;
  }

  #release(held: Held): void {
    if (held.isReleased) return;
    held.isReleased = true;
    this.#arriving.delete(held);
    if (held.hasBegun) this.#requests--;
    else this.#waiting--;
    this.#bodyBytes -= held.bodyBytes;
    this.#answerBytes -= held.answerBytes;
  }
}

/**
 * Lets the app refuse what is beyond its bounds, before anything else is known of a request: what is in
 * flight, how late the event loop is, and how full the heap.
 * @returns what counts bodies while they arrive
 */
export async function shedLoad(app: FastifyInstance, bounds: Bounds): Promise<Load> {
  const load = new Load(bounds);
  app.decorateRequest('held', undefined);
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
  app.addHook('onRequest', load.admit);
  app.addHook('onSend', load.answer);
  return load;
}

/** About: that of a text is known when it is encoded. */
function bytesOf(payload: unknown): number {
  return Buffer.isBuffer(payload) || typeof payload === 'string' ? payload.length : 0;
}

function overloaded(reason: string, headers?: Record<string, string>): ApiError {
  return new ApiError('notReady', `the server is overloaded: ${reason}`, headers);
}
