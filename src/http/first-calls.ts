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

/** Makes the replies to the messages that clients send before they log in, by message class (F61). */
export const firstRepliesOf = ({ ping }: Pick<Store, 'ping'>, managementNodeId: string) => ({
  [VERSION_MESSAGE]: async (): Promise<object> => ({ success: true, version: AIOS_VERSION }),
  [READY_MESSAGE]: async (): Promise<object> => {
    await ping();
    return { success: true, managementNodeId };
  },
});
export type FirstReplies = ReturnType<typeof firstRepliesOf>;

/** Serves the same calls of the REST API, which need no session either (F61). */
export async function firstCallRoutes(
  app: FastifyInstance,
  { firstReplies }: { firstReplies: FirstReplies },
): Promise<void> {
  const url = `${CONTEXT_PATH}/v1/management-nodes`;
  app.put(`${url}/actions`, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    if (isPlainObject(request.body) && Object.hasOwn(request.body, 'getVersion')) {
      return reply.type(JSON_CONTENT_TYPE).send(await firstReplies[VERSION_MESSAGE]());
    }
    throw invalidArgument(
      `the body doesn't contain action mapping to the URL[${decodedPath(request.url)}]`,
    );
  });
  app.get(`${url}/ready`, async (_request, reply) =>
    reply.type(JSON_CONTENT_TYPE).send(await firstReplies[READY_MESSAGE]()),
  );
}
