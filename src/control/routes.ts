import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toSeed } from '../domain/seed.ts';
import type { Store } from '../domain/store.ts';
import type { SessionCheck } from '../http/auth/sessions.ts';
import { asHook, checkHeaders } from '../http/protocol/headers.ts';
import type { Control } from './control.ts';
import {
  parseClock,
  parseFaults,
  parseJobCompletion,
  parseJournalFilter,
  parseUuids,
} from './settings.ts';

export interface ControlOptions {
  control: Control;
  store: Store;
  /** Lets a request with a valid session pass. */
  checkSession: SessionCheck;
}

/** The control API for tests: routes under `/_aios`, with the authorization of the API. */
export async function controlRoutes(app: FastifyInstance, options: ControlOptions): Promise<void> {
  const { control, store, checkSession } = options;
  const { uuids, journal } = control;
  app.addHook('onRequest', () => control.refresh());
  app.addHook('onRequest', asHook(checkHeaders));
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

  route('GET', 'requests', ({ query }) => ({ requests: journal.find(parseJournalFilter(query)) }));
  route('DELETE', 'requests', () => journal.clear());

  const listFaults = () => ({ faults: control.faults });
  route('GET', 'faults', listFaults);
  route('PUT', 'faults', async ({ body }) => {
    await control.setFaults(parseFaults(body));
    return listFaults();
  });

  route('PUT', 'clock', async ({ body }) => {
    await control.setClock(parseClock(body));
    return { now: new Date(control.now()).toISOString() };
  });
  route('PUT', 'uuids', ({ body }) => uuids.set(parseUuids(body).seed));
  route('PUT', 'jobs', ({ body }) => control.setJobCompletion(parseJobCompletion(body)));

  app.get('/_aios/dump', async () => toSeed(await store.readResources()));
}
