import type { FastifyInstance } from 'fastify';
import { AIOS_VERSION, CONTEXT_PATH, JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { invalidArgument } from '../contract/errors.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { Store } from '../domain/store.ts';
import { decodedPath } from './protocol/urls.ts';

const VERSION_MESSAGE = 'org.zstack.header.managementnode.APIGetVersionMsg';
const READY_MESSAGE = 'org.zstack.header.apimediator.APIIsReadyToGoMsg';

/** Maximum body of a client that is not known yet, in bytes. */
const BODY_LIMIT = 1024;

/** Replies to the messages that clients send before they log in, by message class (F61). */
export type FirstReplies = Readonly<Record<string, object | undefined>>;

export const firstRepliesOf = (managementNodeId: string): FirstReplies => ({
  [VERSION_MESSAGE]: { success: true, version: AIOS_VERSION },
  [READY_MESSAGE]: { success: true, managementNodeId },
});

/** Serves the version and readiness in the REST API, without a session too (F61). */
export async function firstCallRoutes(
  app: FastifyInstance,
  { store, firstReplies }: { store: Pick<Store, 'ping'>; firstReplies: FirstReplies },
): Promise<void> {
  const url = `${CONTEXT_PATH}/v1/management-nodes`;
  app.put(`${url}/actions`, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    if (isPlainObject(request.body) && Object.hasOwn(request.body, 'getVersion')) {
      return reply.type(JSON_CONTENT_TYPE).send(firstReplies[VERSION_MESSAGE]);
    }
    throw invalidArgument(
      `the body doesn't contain action mapping to the URL[${decodedPath(request.url)}]`,
    );
  });
  app.get(`${url}/ready`, async (_request, reply) => {
    await store.ping();
    return reply.type(JSON_CONTENT_TYPE).send(firstReplies[READY_MESSAGE]);
  });
}
