import type { FastifyInstance } from 'fastify';
import { AIOS_VERSION, CONTEXT_PATH } from '../contract/aios.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { Store } from '../domain/store.ts';
import { noAction } from './protocol/route-table.ts';

/** Maximum body of a client that has not logged in, in bytes. */
const BODY_LIMIT = 1024;

const NODES = `${CONTEXT_PATH}/v1/management-nodes`;

/**
 * Serves the readiness probe `/_aios/health`, the liveness probe `/_aios/live` and the first calls (F61).
 * @param server the program's own version, and whether it has the control API
 * @returns the first calls by message class, for the message API
 */
export function serveHealth(
  app: FastifyInstance,
  store: Pick<Store, 'ping'>,
  { version, control }: { version: string; control: 'on' | 'off' },
  managementNodeId: string,
) {
  app.get('/_aios/health', { exposeHeadRoute: true }, async () => {
    await store.ping();
    return { status: 'ready', version, aiosVersion: AIOS_VERSION, database: 'ok', control };
  });
  // A supervisor would otherwise restart a server that is merely overloaded.
  const live = { exposeHeadRoute: true, config: { isNeverShed: true } };
  app.get('/_aios/live', live, async () => ({ status: 'live' }));

  const getVersion = async () => ({ success: true, version: AIOS_VERSION });
  const isReady = async () => {
    await store.ping();
    return { success: true, managementNodeId };
  };
  app.put(`${NODES}/actions`, { bodyLimit: BODY_LIMIT }, async ({ body, url }) => {
    if (isPlainObject(body) && Object.hasOwn(body, 'getVersion')) return getVersion();
    throw noAction(url);
  });
  app.get(`${NODES}/ready`, isReady);
  return new Map<string, () => Promise<object>>([
    ['org.zstack.header.managementnode.APIGetVersionMsg', getVersion],
    ['org.zstack.header.apimediator.APIIsReadyToGoMsg', isReady],
  ]);
}
