import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseSeedResources, toSeed } from '../domain/seed.ts';
import type { Snapshot, Store } from '../domain/store.ts';
import type { SessionCheck } from '../http/auth/sessions.ts';
import { asHook, checkOperationHeaders } from '../http/protocol/headers.ts';
import type { Control } from './control.ts';
import {
  parseClock,
  parseFaults,
  parseJobCompletion,
  parseJournalFilter,
  parseRestore,
  parseSnapshotName,
  parseUuids,
} from './settings.ts';

/** Documents for editors and generators of clients. */
const documents = {
  'openapi.json': () => import('../../openapi/control.json', { with: { type: 'json' } }),
  'seed.schema.json': () => import('../../openapi/seed.schema.json', { with: { type: 'json' } }),
};

/** What a list has of a snapshot. */
function toListed({ name, createDate, bytes }: Omit<Snapshot, 'state'>) {
  return { name, createDate: new Date(createDate).toISOString(), bytes };
}

/** The control API for tests: routes under `/_aios`, with the authorization of the API. */
export async function controlRoutes(
  app: FastifyInstance,
  { control, store, checkSession }: { control: Control; store: Store; checkSession: SessionCheck },
): Promise<void> {
  const { uuids, journal } = control;
  app.addHook('onRequest', () => control.refresh());
  app.addHook('onRequest', asHook(checkOperationHeaders));
  app.addHook('onRequest', asHook(checkSession));
  const route = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    answer: (request: FastifyRequest) => unknown,
  ) =>
    app.route({
      method,
      url: `/_aios/${path}`,
      handler: async (request) => ({ success: true, ...((await answer(request)) as object) }),
    });

  route('POST', 'reset', () => control.reset());

  route('GET', 'settings', () => control.settings);

  route('GET', 'requests', ({ query }) => ({ requests: journal.find(parseJournalFilter(query)) }));
  route('DELETE', 'requests', () => journal.clear());

  const listFaults = () => ({ faults: control.faults });
  route('GET', 'faults', listFaults);
  route('PUT', 'faults', async ({ body }) => {
    await control.set({ faults: parseFaults(body) });
    return listFaults();
  });

  route('PUT', 'clock', async ({ body }) => {
    await control.set({ clock: parseClock(body) });
    return { now: new Date(control.now()).toISOString() };
  });
  route('PUT', 'uuids', ({ body }) => uuids.set(parseUuids(body)));
  route('PUT', 'jobs', ({ body }) => control.set({ finish: parseJobCompletion(body) }));

  const parseState = ({ body }: FastifyRequest) =>
    parseSeedResources(body, { newUuid: uuids.next, clock: control.now });
  for (const path of ['state', 'dump']) {
    app.get(`/_aios/${path}`, async () => toSeed(await store.readResources()));
  }
  route('PUT', 'state', (request) => control.setSeed(parseState(request)));
  route('POST', 'state', (request) => store.addResources(parseState(request)));

  const nameOf = ({ params }: FastifyRequest) => parseSnapshotName(params).name;
  route('GET', 'snapshots', async () => ({
    snapshots: (await store.listSnapshots()).map(toListed),
  }));
  route('PUT', 'snapshots/:name', async (request) =>
    toListed(await control.takeSnapshot(nameOf(request))),
  );
  route('DELETE', 'snapshots/:name', (request) => store.deleteSnapshot(nameOf(request)));
  route('POST', 'snapshots/:name/restore', (request) =>
    control.reset(nameOf(request), parseRestore(request.body)),
  );
}

/** Serves the documents of the control API, to anyone: they have no secret. */
export function serveControlDocuments(app: FastifyInstance): void {
  for (const [name, read] of Object.entries(documents)) {
    app.get(`/_aios/${name}`, async (_, reply) => {
      reply.header('access-control-allow-origin', '*');
      return (await read()).default;
    });
  }
}
