import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum requests that wait for the one before them: of a connection, more than 64 KiB have with a session, and in
 * all, where each takes some 3 KiB.
 */
const WAITING_MAX = { ofConnection: 700, inAll: 16_384 };
/** The result of the parser's callback for a request after which another protocol follows. */
const UPGRADE = 2;

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Has the requests of a connection handled one after the other, and those of others in between: Node.js reads up to
 * 64 KiB of pipelined requests at once, and would handle all of them before anything else. A connection on which more
 * wait than may is closed.
 */
export function handleInTurn(server: Server): void {
  const [handle] = server.listeners('request') as [Handle];
  const queues = new WeakMap<Socket, { length: number }>();
  let waiting = 0;

  function queueOf(socket: Socket) {
    const queue = queues.get(socket) ?? { length: 0 };
    if (!queues.has(socket)) socket.once('close', () => (waiting -= queue.length));
    queues.set(socket, queue);
    return queue;
  }

  const wait: Handle = (request, response) => {
    const socket = request.socket as ServedSocket;
    const queue = queueOf(socket);
    if (queue.length >= WAITING_MAX.ofConnection || waiting >= WAITING_MAX.inAll) {
      close(socket);
      return;
    }
    queue.length++;
    waiting++;
    // Further data stays in the kernel's buffer until the last request of the queue begins.
    pause(socket);
    response.once('socket', () => {
      if (socket.destroyed) return;
      queue.length--;
      waiting--;
      if (queue.length === 0) resume(socket);
      setImmediate(() => {
        if (!socket.destroyed) handle(request, response);
      });
    });
  };

  server.off('request', handle);
  server.on('request', (request, response) => {
    // A response gets the socket only when the one before it has been sent.
    if (response.socket) handle(request, response);
    else wait(request, response);
  });
}

/** Members of a socket that Node.js's HTTP server uses itself when pipelined answers wait; there is no other way. */
interface ServedSocket extends Socket {
  /** Whether it must not read on at the end of a request. */
  _paused: boolean;
  parser?: { onIncoming: () => number; resume: () => void };
}

function pause(socket: ServedSocket): void {
  socket._paused = true;
  socket.pause();
}

function resume(socket: ServedSocket): void {
  socket._paused = false;
  socket.parser?.resume();
  socket.resume();
}

/** Closes a connection, and has the parser leave what it has read of it already. */
function close(socket: ServedSocket): void {
  socket.destroy();
  if (socket.parser) socket.parser.onIncoming = () => UPGRADE;
}
