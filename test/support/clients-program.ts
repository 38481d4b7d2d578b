import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The task of the clients; times are in milliseconds. */
export type Task =
  /** One request after the other on one connection, until it is ended. */
  | { kind: 'neighbour'; url: string; requests: string[]; pause: number }
  /** On many connections, one request after the other, for so long. */
  | (Many & { kind: 'load'; requests: string[] })
  /** Many connections that send this and no more, held until the server ends them, or for so long. */
  | (Many & { kind: 'held'; bytes: string })
  /** Many connections that send something at once, and the rest a byte at a time, until the server ends them, or for so long. */
  | (Many & { kind: 'slow'; first?: string; bytes: string; pause: number });

interface Many {
  url: string;
  connections: number;
  time: number;
  /** How many addresses they come from, 127.0.1.1 and so on; by default all from 127.0.0.1. */
  addresses?: number;
}

/** What they saw. */
export interface Seen {
  /** How many answers there were of each `status code`, `retry` behind it where the answer had the header. */
  answers: Record<string, number>;
  /** How many connections there were, and how many of them the server ended. */
  connections: number;
  ended: number;
  /** In milliseconds. */
  p99: number;
  slowest: number;
}

const seen: Seen = { answers: {}, connections: 0, ended: 0, p99: 0, slowest: 0 };
const times: number[] = [];
let isOver = false;

let opened = 0;

/** A connection with a reader of its responses. */
function open({ url, addresses }: { url: string; addresses?: number }) {
  const { hostname: host, port } = new URL(url);
  const localAddress = addresses && `127.0.1.${1 + (opened++ % addresses)}`;
  const socket = connect({ port: Number(port), host, ...(localAddress && { localAddress }) });
  let received = '';
  let isEnded = false;
  let wake = () => {};
  socket.setEncoding('latin1');
  socket.on('connect', () => seen.connections++);
  socket.on('data', (data: string) => {
    received += data;
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isEnded = true;
    if (!isOver) seen.ended++;
    wake();
  });
  /** Counts the next answer; false where the connection has ended before. */
  async function answer(): Promise<boolean> {
    for (;;) {
      const length = count(received);
      received = received.slice(length);
      if (length > 0) return true;
      if (isEnded) return false;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return { socket, answer, isEnded: () => isEnded };
}

/** Counts the answer that a text begins with; returns its length, 0 where it isn't whole. */
function count(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const head = text.slice(0, end);
  const length = end + 4 + Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (text.length < length) return 0;
  const body = text.slice(end + 4, length);
  const code = body.startsWith('{"error":') ? JSON.parse(body).error.code : '';
  const retry = /\nretry-after: *\d/i.test(head) ? 'retry' : '';
  const key = [head.split(' ', 2)[1], code, retry].filter(Boolean).join(' ');
  seen.answers[key] = (seen.answers[key] ?? 0) + 1;
  return length;
}

async function isAnswered(client: ReturnType<typeof open>, request: string): Promise<boolean> {
  const start = performance.now();
  client.socket.write(request, 'latin1');
  const isAnswered = await client.answer();
  if (isAnswered) times.push(performance.now() - start);
  return isAnswered;
}

async function askOn(
  task: { url: string; requests: string[]; addresses?: number },
  rest: number,
): Promise<void> {
  let client = open(task);
  for (let sent = 0; !isOver; sent++) {
    const request = task.requests[sent % task.requests.length] as string;
    if (!(await isAnswered(client, request)) && !isOver) {
      await pause(50);
      client = open(task);
    }
    if (rest > 0) await pause(rest);
  }
}

async function trickle(socket: Socket, bytes: string, rest: number, isEnded: () => boolean) {
  for (let at = 0; at < bytes.length && !isOver && !isEnded(); at++) {
    socket.write(bytes.charAt(at), 'latin1');
    await pause(rest);
  }
}

async function holdConnections(task: Extract<Task, { bytes: string }>): Promise<void> {
  const clients: ReturnType<typeof open>[] = [];
  // Shared by all connections.
  const bytes = Buffer.from(task.bytes, 'latin1');
  for (let made = 0; made < task.connections; made++) {
    const client = open(task);
    clients.push(client);
    void (async () => {
      while (await client.answer());
    })();
    if (task.kind === 'slow' && task.first) client.socket.write(task.first, 'latin1');
    if (task.kind === 'slow') void trickle(client.socket, task.bytes, task.pause, client.isEnded);
    else if (bytes.length > 0) client.socket.write(bytes);
    // The system queues few that are not yet accepted.
    if (made % 100 === 99) await pause(10);
  }
  const deadline = performance.now() + task.time;
  while (performance.now() < deadline && clients.some(({ isEnded }) => !isEnded())) await pause(50);
}

function finish(): void {
  isOver = true;
  times.sort((a, b) => a - b);
  seen.p99 = Math.round(10 * (times[Math.floor(times.length * 0.99)] ?? 0)) / 10;
  seen.slowest = Math.round(10 * (times.at(-1) ?? 0)) / 10;
  process.send?.(seen, () => process.exit());
}

process.on('message', (message: Task | 'end') => {
  if (message === 'end') return finish();
  void begin(message);
  return undefined;
});
process.on('disconnect', () => process.exit());

async function begin(task: Task): Promise<void> {
  switch (task.kind) {
    case 'neighbour':
      await askOn(task, task.pause);
      return;
    case 'load': {
      for (let made = 0; made < task.connections; made++) void askOn(task, 0);
      await pause(task.time);
      break;
    }
    default:
      await holdConnections(task);
  }
  finish();
}
