import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { clientNetwork } from '../../domain/client-network.ts';
import { defaultLoadLimits } from '../limits/in-flight.ts';
import { Quota } from '../limits/quota.ts';
import { proxyCheck } from './urls.ts';

/** File descriptors for web hooks (256), files, and what Node.js itself opens. */
const RESERVED = 320;
/** Assumed limit of file descriptors on systems without /proc. */
const DESCRIPTORS_UNKNOWN = 4096;

/** Limits of Node.js for URL and headers: higher than those of F52, so that the error can name the reason. */
const HEAD = { maxHeaderSize: 128 * 1024, maxHeadersCount: 1000 };
/** For connections opened while `MANY` others are open, so that unfinished heads take 125 MiB at most in all. */
const SHORT_HEAD = { maxHeaderSize: 8 * 1024, maxHeadersCount: 64 };
const MANY = 512;

const shortHeadSockets = new WeakSet<Socket>();

export const headLimits = (socket: Socket) => (shortHeadSockets.has(socket) ? SHORT_HEAD : HEAD);

/**
 * Computes how many connections may be open.
 * @param limits the text of /proc/self/limits; empty on systems without it
 * @param reserved file descriptors for connections to a database
 */
export function connectionsMax(limits: string, reserved: number): number {
  const soft = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? DESCRIPTORS_UNKNOWN);
  const left = Math.max(soft - RESERVED - reserved, Math.floor(soft / 2));
  return Math.min(left, defaultLoadLimits.connections);
}

/**
 * Closes new connections beyond a maximum, and those of one client beyond half of it. Those of trusted proxies
 * count towards the maximum alone, because the clients behind them are limited by their requests in flight.
 */
export function limitConnections(
  server: Server,
  max: number,
  trustProxy: boolean | string[],
  log: Pick<FastifyBaseLogger, 'info'>,
): void {
  const isProxy = proxyCheck(trustProxy);
  const quota = new Quota(max);
  let open = 0;
  const count = (change: number) => {
    open += change;
    // Node.js reads these for each new connection.
    Object.assign(server, open < MANY ? HEAD : SHORT_HEAD);
  };
  count(0);
  server.maxConnections = max;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const client = clientNetwork(address);
    if (!quota.take(client, 1, isProxy(socket) ? Number.POSITIVE_INFINITY : 1)) {
      log.info({ remoteAddress: address }, 'closed, because its client has too many connections');
      socket.destroy();
      return;
    }
    if (open >= MANY) shortHeadSockets.add(socket);
    count(1);
    socket.once('close', () => {
      count(-1);
      quota.free(client, 1);
    });
  });
}
