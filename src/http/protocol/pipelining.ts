import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum requests that wait for the one before them: of a connection, more than 64 KiB have with a session, and in
 * all, where each takes some 3 KiB.
 */
const WAITING_MAX = { ofConnection: 700, inAll: 16_384 };
/** The result of the parser's callback for a request after which another protocol follows. */
const UPGRADE = 2;

interface Queue {
  length: number;
  /** Whether the connection is not read from, or what it sent meanwhile has not been read. */
  isHeld: boolean;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Has the requests of a connection handled one after the other, and those of others in between: Node.js reads up to
 * 64 KiB of pipelined requests at once, and would handle all of them before anything else. A connection on which more
 * wait than may is closed.
 * @returns whether the rest of a connection's last request may have arrived without having been read
 */
export function handleInTurn(server: Server): (socket: Socket) => boolean {
  const [handle] = server.listeners('request') as [Handle];
  const queues = new WeakMap<Socket, Queue>();
  let waiting = 0;

  function queueOf(socket: Socket) {
    const known = queues.get(socket);
    if (known) return known;
    const queue = { length: 0, isHeld: false };
    queues.set(socket, queue);
    socket.once('close', () => (waiting -= queue.length));
    // Node.js continues at the end of each request, and when the client has read what was written.
    socket.on('resume', () => {
      if (queue.length > 0) socket.pause();
    });
    return queue;
  }

  const wait: Handle = (request, response) => {
    const { socket } = request;
    const queue = queueOf(socket);
    if (queue.length >= WAITING_MAX.ofConnection || waiting >= WAITING_MAX.inAll) {
      close(socket);
      return;
    }
    queue.length++;
    queue.isHeld = true;
    waiting++;
    // Further data stays in the kernel's buffer until the last request of the queue begins.
    socket.pause();
    response.once('socket', () => {
      if (socket.destroyed) return;
      queue.length--;
      waiting--;
      const isLast = queue.length === 0;
      if (isLast) socket.resume();
      setImmediate(() => {
        // After the event loop has looked for data.
        if (isLast) setImmediate(() => (queue.isHeld = queue.length > 0));
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
  return (socket) => queues.get(socket)?.isHeld === true;
}

/** Closes a connection, and has the parser leave what it has read of it already. */
function close(socket: Socket): void {
  socket.destroy();
  // Node.js has no other way; its parser stops where another protocol begins.
  const { parser } = socket as Socket & { parser?: { onIncoming: () => number } };
  if (parser) parser.onIncoming = () => UPGRADE;
}
