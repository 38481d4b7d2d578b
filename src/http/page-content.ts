import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Headers of all pages and of their files, next to a content security policy. */
export const PAGE_HEADERS = {
  // Sites that the page links to must not learn the server's address.
  'referrer-policy': 'no-referrer',
  // The same for all clients, which may store it and check with the ETag whether it has changed.
  'cache-control': 'public, max-age=0',
  vary: 'accept-encoding',
};

export interface Content {
  body: Buffer;
  /** Undefined for what is not held in memory. */
  compressed: Buffer | undefined;
  etag: string;
}

export async function toContent(content: string | Buffer, compresses: boolean): Promise<Content> {
  const body = Buffer.from(content);
  const hash = createHash('sha256').update(body).digest('base64url');
  const compressed = compresses ? await promisify(gzip)(body) : undefined;
  // Weak, because the compressed form has the same one.
  return { body, compressed, etag: `W/"${hash}"` };
}

/** Sends a content, compressed where the client accepts it, or 304 to a client that has it. */
export function sendContent(
  { body, compressed, etag }: Content,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { 'if-none-match': known, 'accept-encoding': accepted } = request.headers;
  reply.header('etag', etag);
  if (known?.includes(etag)) return reply.code(304).send();
  if (!compressed || !/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(accepted)))
    return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(compressed);
}
