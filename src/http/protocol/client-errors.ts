import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { redacted } from '../redaction.ts';
import { ANSWER_HEADERS, headTooLarge } from './headers.ts';
import { routeNotFound } from './route-table.ts';

type ClientError = Error & { code?: string };

/**
 * Answers what Node's HTTP server rejects before there is a request, with errors of the catalogue (F52);
 * by default Node answers without a body.
 */
export class ClientErrors {
  readonly #log: Pick<FastifyBaseLogger, 'info'>;
  /** The latest response of a connection, and the unfinished one before it. */
  readonly #responses = new WeakMap<Socket, [ServerResponse, ServerResponse | undefined]>();
  readonly #rejected = new WeakSet<Socket>();
  #isHeld = (_socket: Socket): boolean => false;

  constructor(log: Pick<FastifyBaseLogger, 'info'>) {
    this.#log = log;
  }

  /** @param isHeld whether a request may be late only because its connection has not been read from */
  watch(server: Server, isHeld: (socket: Socket) => boolean): void {
    this.#isHeld = isHeld;
    server.on('request', ({ socket }, response) => {
      const [before] = this.#responses.get(socket) ?? [];
      this.#responses.set(socket, [response, before?.writableFinished ? undefined : before]);
    });
    server.on('checkExpectation', (request, response) => server.emit('request', request, response));
    server.on('connect', (request, socket) =>
      this.#afterResponses(socket as Socket, () =>
        this.#reject(routeNotFound(request.url ?? ''), socket as Socket),
      ),
    );
  }

  /** Handles the server's `clientError` event. */
  readonly handle = (error: ClientError, socket: Socket): void => {
    // Node emits the event again for every further chunk of an invalid request.
    if (error.code === 'ECONNRESET' || socket.destroyed || this.#rejected.has(socket)) return;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && this.#isHeld(socket)) return;
    this.#rejected.add(socket);
    this.#afterResponses(socket, () =>
      this.#reject(clientErrorFailure(error, socket), socket, error.code),
    );
  };

  /** Rejects once the responses to the complete requests before the invalid one have been sent. */
  #afterResponses(socket: Socket, reject: () => void): void {
    const [latest, before] = this.#responses.get(socket) ?? [];
    // Only the latest request can be incomplete; responses are sent in the order of the requests.
    const last = latest?.req.complete ? latest : before;
    if (last && !last.writableFinished) last.once('finish', reject);
    else reject();
  }

  #reject(failure: ApiError, socket: Socket, reason?: string): void {
    const { status, errorCode: code, message } = failure;
    const details = redacted(message, () => true);
    this.#log.info({ status, reason, code, details }, 'rejected by the HTTP server');
    if (socket.writable) socket.write(rawResponse(failure));
    socket.destroySoon();
  }
}

function clientErrorFailure(error: ClientError, socket: Socket): ApiError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('requestTooSlow', 'the request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
      return headTooLarge(socket);
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ApiError('bodyTooLarge', "the body's chunk extensions are too long");
    case 'HPE_INVALID_URL':
      return invalidArgument('the URL must be a path in ASCII, other characters percent-encoded');
    default:
      return invalidArgument('the request is not valid HTTP');
  }
}

/** A complete HTTP response, written to the socket because there is no response object. */
function rawResponse(failure: ApiError): string {
  const body = JSON.stringify(failure.answer);
  const headers = {
    ...ANSWER_HEADERS,
    ...failure.headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n${lines.join('')}\r\n${body}`;
}
