import type { FastifyRequest } from 'fastify';
import type { Ports } from '../../domain/dependencies.ts';

/** The ports of a read, which ends with its client: it may have asked for much, and more than once. */
export function wantedReads(ports: Ports, { raw: { socket } }: FastifyRequest): Ports {
  const { store } = ports;
  const isWanted = () => !socket.destroyed;
  const reads: Pick<typeof store, 'find' | 'list' | 'listFields'> = {
    find: (kind, uuid) => store.find(kind, uuid, isWanted),
    list: (kind, query) => store.list(kind, query, isWanted),
    listFields: (kind, query, fields) => store.listFields(kind, query, fields, isWanted),
  };
  return { ...ports, store: Object.assign(Object.create(store), reads) };
}
