import type { Server } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { clientNetwork } from '../../domain/client-network.ts';
import { AddressRanges } from '../hooks/allow-list.ts';
import { defaultLoadLimits } from '../limits/in-flight.ts';
import { Quota } from '../limits/quota.ts';

/** Descriptors for web hooks (256), files, and what Node.js itself opens. */
const RESERVED = 320;
/** Limit of descriptors on systems without /proc. */
const DESCRIPTORS_UNKNOWN = 4096;

/** Limits of Node.js for URL and headers: beyond those of F52, so that the error can name the reason. */
const HEAD = { maxHeaderSize: 128 * 1024, maxHeadersCount: 1000 };
/** For connections that are opened while `CROWD` others are: all unfinished heads take 125 MiB at most. */
const SHORT_HEAD = { maxHeaderSize: 8 * 1024, maxHeadersCount: 64 };
const CROWD = 512;

const crowded = new WeakSet<Socket>();

export const headLimits = (socket: Socket) => (crowded.has(socket) ? SHORT_HEAD : HEAD);

/**
 * The number of connections that may be open.
 * @param limits the text of /proc/self/limits; empty on systems without it
 * @param reserved descriptors for connections to a database
 */
export function connectionsMax(limits: string, reserved: number): number {
  const soft = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? DESCRIPTORS_UNKNOWN);
  const left = Math.max(soft - RESERVED - reserved, Math.floor(soft / 2));
  return Math.min(left, defaultLoadLimits.connections);
}

/**
 * Closes new connections beyond a number, and beyond half of it those of one client. Connections of trusted
 * proxies count for the whole alone; their clients are distinguished by requests in flight.
 */
export function limitConnections(
  server: Server,
  max: number,
  trustProxy: boolean | string[],
  log: Pick<FastifyBaseLogger, 'info'>,
): void {
  const proxies = new AddressRanges(typeof trustProxy === 'boolean' ? [] : trustProxy);
  const quota = new Quota(max);
  let open = 0;
  const count = (change: number) => {
    open += change;
    // Node.js reads these for each new connection.
    Object.assign(server, open < CROWD ? HEAD : SHORT_HEAD);
  };
  count(0);
  server.maxConnections = max;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const isProxy = trustProxy === true || proxies.has({ address, family: isIP(address) });
    const client = clientNetwork(address);
    if (!quota.take(client, 1, isProxy ? Number.POSITIVE_INFINITY : 1)) {
      log.info({ remoteAddress: address }, 'closed, because its client has too many connections');
      socket.destroy();
      return;
    }
    if (open >= CROWD) crowded.add(socket);
    count(1);
    socket.once('close', () => {
      count(-1);
      quota.free(client, 1);
    });
  });
}
