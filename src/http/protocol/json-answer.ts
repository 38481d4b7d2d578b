import type { FastifyReply } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../contract/aios.ts';

/** Answers with a body that isn't the route's own: its compiled serialiser would not know it. */
export function sendJson(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).type(JSON_CONTENT_TYPE).serializer(JSON.stringify).send(body);
}
