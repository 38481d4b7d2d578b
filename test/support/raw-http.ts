import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Answer, SESSION } from './server.ts';

/** How long an answer may take before the test gives up on it. */
const PATIENCE_MS = 30_000;

/** A socket to the server, for requests that HTTP libraries can't send. */
export interface Connection {
  /** Resolves when the bytes have left this process; rejects where the server has hung up. */
  send(data: string | Buffer): Promise<void>;
  /** Ends the sending side. */
  end(): void;
  /** The next whole answer on the connection; `HEAD`'s has no body whatever its headers say. */
  answer(method?: string): Promise<Answer>;
  /** Resolves when the server has closed the connection. */
  closed(): Promise<void>;
  pause(): void;
  /** Cuts the connection as a crashing client would. */
  reset(): void;
}

/** @param localAddress where it comes from, such as 127.0.0.2 */
export async function openConnection(url: string, localAddress?: string): Promise<Connection> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ port: Number(port), host, ...(localAddress && { localAddress }) });
  let received = Buffer.alloc(0);
  let over: string | undefined;
  let wake = () => {};
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    wake();
  });
  socket.on('error', (error) => {
    over ??= error.message;
  });
  socket.on('close', () => {
    over ??= 'closed';
    wake();
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');

  async function until<Result>(what: string, look: () => Result | undefined): Promise<Result> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (over)
        throw new Error(
          `the connection ended (${over}) before ${what}: ${received.slice(0, 1000)}`,
        );
      if (Date.now() > deadline) throw new Error(`no ${what} in time: ${received.slice(0, 1000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    send: (data) =>
      new Promise((resolve, reject) => {
        socket.write(data, (error) => (error ? reject(error) : resolve()));
      }),
    end: () => void socket.end(),
    answer: (method) =>
      until('answer', () => {
        const parsed = takeAnswer(received, method);
        if (parsed) received = received.subarray(parsed.length);
        return parsed?.answer;
      }),
    closed: () => until('end of the connection', () => (over ? null : undefined)).then(() => {}),
    pause: () => void socket.pause(),
    reset: () => void socket.resetAndDestroy(),
  };
}

/** Sends bytes on a connection of their own and reads the first answer. */
export async function exchange(url: string, data: string | Buffer): Promise<Answer> {
  const connection = await openConnection(url);
  await connection.send(data);
  return connection.answer(data.toString('latin1').split(' ', 1)[0]);
}

/** A request's bytes, with `Host` and a valid session unless the headers say otherwise. */
export function rawRequest(
  method: string,
  target: string,
  headers: Record<string, string | null> = {},
  body = '',
): string {
  const all = { Host: 'localhost', Authorization: `OAuth ${SESSION}`, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  return `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${body}`;
}

function takeAnswer(
  received: Buffer,
  method: string | undefined,
): { answer: Answer; length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const bodyStart = headEnd + 4;
  if (status === 100) {
    const next = takeAnswer(received.subarray(bodyStart), method);
    return next && { ...next, length: next.length + bodyStart };
  }
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(method === 'HEAD' ? 0 : headers.get('content-length'));
  if (received.length < bodyStart + length) return undefined;
  const text = received.toString('utf8', bodyStart, bodyStart + length);
  return {
    answer: { status, headers, body: text === '' ? undefined : JSON.parse(text) },
    length: bodyStart + length,
  };
}
