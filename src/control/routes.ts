import type { FastifyInstance, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import type { Store } from '../domain/dependencies.ts';
import { seedOf } from '../domain/seed.ts';
import type { SessionCheck } from '../http/auth/sessions.ts';
import { checkHeaders } from '../http/protocol/headers.ts';
import { hook } from '../http/protocol/hook.ts';
import type { Control } from './control.ts';
import { readClock, readFaults, readJobPace, readJournalFilter, readUuids } from './settings.ts';

export interface ControlOptions {
  control: Control;
  store: Store;
  /** Lets a request with a valid session pass. */
  requireSession: SessionCheck;
}

/** What tests do to the server: under `/_aios`, with the API's own authorization. */
export async function controlRoutes(app: FastifyInstance, options: ControlOptions): Promise<void> {
  const { control, store, requireSession } = options;
  const { clock, uuids, journal } = control;
  app.addHook('onRequest', hook(checkHeaders));
  app.addHook('onRequest', hook(requireSession));
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.type(JSON_CONTENT_TYPE);
    return payload;
  });
  const route = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    answer: (request: FastifyRequest) => object | Promise<object>,
  ) =>
    app.route({
      method,
      url: `/_aios/${path}`,
      schema: { hide: true },
      handler: async (request) => ({ success: true, ...(await answer(request)) }),
    });

  route('POST', 'reset', async () => {
    await control.reset();
    return {};
  });

  route('GET', 'requests', ({ query }) => ({ requests: journal.find(readJournalFilter(query)) }));
  route('DELETE', 'requests', () => {
    journal.clear();
    return {};
  });

  const told = () => ({ faults: control.faults });
  route('GET', 'faults', told);
  route('PUT', 'faults', async ({ body }) => {
    await control.setFaults(readFaults(body));
    return told();
  });

  route('PUT', 'clock', async ({ body }) => {
    await control.setClock(readClock(body));
    return { now: new Date(clock.now()).toISOString() };
  });
  route('PUT', 'uuids', ({ body }) => {
    uuids.set(readUuids(body).seed);
    return {};
  });
  route('PUT', 'jobs', async ({ body }) => {
    await control.setFinish(readJobPace(body));
    return {};
  });

  app.get('/_aios/dump', { schema: { hide: true } }, async () =>
    seedOf(await store.readResources()),
  );
}
