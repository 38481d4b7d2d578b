import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../domain/dependencies.ts';

/** The same dependencies for one request, whose reads are skipped if the client has disconnected. */
export function cancelOnDisconnect(
  dependencies: Dependencies,
  { raw: { socket } }: FastifyRequest,
): Dependencies {
  const { store } = dependencies;
  const isAborted = () => socket.destroyed;
  const reads: Pick<typeof store, 'find' | 'list' | 'listFields'> = {
    find: (kind, uuid) => store.find(kind, uuid, isAborted),
    list: (kind, query) => store.list(kind, query, isAborted),
    listFields: (kind, query, fields) => store.listFields(kind, query, fields, isAborted),
  };
  return { ...dependencies, store: Object.assign(Object.create(store), reads) };
}
