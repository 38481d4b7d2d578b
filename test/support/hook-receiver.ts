import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Finishing } from './folder.ts';

/** The longest wait for a call. */
const PATIENCE_MS = 30_000;

/** A call as it arrived. */
export interface HookCall {
  method: string;
  /** The request's target, as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** When its headers had arrived, by `performance.now()`. */
  at: number;
}

/** What a receiver does about a call. */
export type HookAnswer = (response: ServerResponse, call: HookCall) => void | Promise<void>;

/** A client's server that receives hooks. */
export interface HookReceiver {
  /** Where it listens, without a path. */
  url: string;
  calls: HookCall[];
  /** Connections that were ever opened, with or without a call on them. */
  connections: () => number;
  /** Most calls that were unanswered at the same time. */
  busiest: () => number;
  /** Resolves after this many calls. */
  called: (times: number) => Promise<void>;
  close: () => Promise<void>;
}

/** Answers with a status. */
export function status(code: number, headers: Record<string, string> = {}): HookAnswer {
  return (response) => void response.writeHead(code, headers).end();
}

/** Accepts the call and never answers. */
export const silence: HookAnswer = () => {};

/** Cuts the connection instead of an answer. */
export const hangUp: HookAnswer = (response) => void response.socket?.destroy();

/** Answers with a status, and with a body that continues for as long as it is read. */
export function endlessBody(code: number): HookAnswer {
  const chunk = 'x'.repeat(1024);
  return async (response) => {
    response.writeHead(code);
    while (!response.destroyed) {
      response.write(chunk);
      await setTimeout(1);
    }
  };
}

/** Each call gets the next answer, those after the last one the last. */
export function inOrder(...answers: HookAnswer[]): HookAnswer {
  let calls = 0;
  return (response, call) => answers[Math.min(calls++, answers.length - 1)]?.(response, call);
}

/** An answer that all calls wait for until it is released. */
export function deferredAnswer(answer: HookAnswer): { answer: HookAnswer; release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    answer: async (response, call) => {
      await released;
      await answer(response, call);
    },
    release: () => release(),
  };
}

/** Listens on a loopback address until the test has finished. */
export async function openReceiver(
  answer: HookAnswer = status(200),
  { host = '127.0.0.1', port: expected = 0, context = { onTestFinished } as Finishing } = {},
): Promise<HookReceiver> {
  const calls: HookCall[] = [];
  let [connections, busy, busiest] = [0, 0, 0];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: '', at: performance.now() };
    busy++;
    busiest = Math.max(busiest, busy);
    response.on('close', () => busy--);
    // A caller may disconnect in the middle.
    response.on('error', () => {});
    try {
      for await (const chunk of request.setEncoding('utf8')) call.body += chunk;
    } catch {
      return;
    }
    calls.push(call);
    await answer(response, call);
  });
  server.on('connection', (socket) => {
    connections++;
    socket.on('error', () => {});
  });
  server.listen(expected, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  context.onTestFinished(close);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    calls,
    connections: () => connections,
    busiest: () => busiest,
    called: async (times) => {
      const deadline = performance.now() + PATIENCE_MS;
      while (calls.length < times) {
        if (performance.now() > deadline) {
          throw new Error(`${calls.length} calls came, ${times} were to come`);
        }
        await setTimeout(2);
      }
    },
    close,
  };
}
