import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Finishing } from './folder.ts';

/** A relay between a store and its database. */
export interface Relay {
  /** The database's URL, by way of the relay. */
  url: string;
  /**
   * Breaks the connection over which this text is sent next.
   * @param isDone whether the database still gets it, and has answered
   */
  cut: (text: string, isDone: boolean) => void;
}

/** Relays to a database until the test is over. */
export async function openRelay(context: Finishing, databaseUrl: string): Promise<Relay> {
  const url = new URL(databaseUrl);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  let next: { text: string; isDone: boolean } | undefined;
  const relay = createServer((client) => {
    const database = connect(Number(port), hostname);
    let isCut = false;
    const end = () => {
      for (const socket of [client, database]) socket.destroy();
    };
    client.on('data', (chunk) => {
      if (!next || !chunk.includes(next.text)) return void database.write(chunk);
      isCut = true;
      if (next.isDone) database.write(chunk);
      else end();
      next = undefined;
    });
    database.on('data', (chunk) => (isCut ? end() : client.write(chunk)));
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', end);
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  url.port = String((relay.address() as AddressInfo).port);
  url.hostname = '127.0.0.1';
  context.onTestFinished(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: url.href,
    cut: (text, isDone) => {
      next = { text, isDone };
    },
  };
}
