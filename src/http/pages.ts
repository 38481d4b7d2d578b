import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Headers of all pages and of their files, next to those that each has. */
const PAGE_HEADERS = {
  // Sites that the page links to must not learn the server's address.
  'referrer-policy': 'no-referrer',
  // The same for all clients, which may store it and check with the ETag whether it has changed.
  'cache-control': 'public, max-age=0',
  vary: 'accept-encoding',
};

/**
 * Number of variants of a file that are held in memory. A document has one for each URL of the server, and clients can
 * send any `Host`: further ones are made, but not compressed, which would take several milliseconds.
 */
const VARIANTS_MAX = 4;

const ACCEPTS_GZIP = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/;

/** Makes the content of a variant; after a failure the next request tries again. */
export type Make = (variant: string) => Promise<string | Buffer>;
/** The variant of a file that a request gets. */
export type VariantOf = (request: FastifyRequest) => string;

/**
 * Serves a file, which is made and compressed with its first request, and then held in memory.
 * @param headers its content type and others
 */
export function servePage(
  app: FastifyInstance,
  url: string,
  headers: Record<string, string>,
  make: Make,
  variantOf: VariantOf = () => '',
): void {
  const contents = new Map<string, ReturnType<typeof toContent>>();
  const contentOf = (variant: string) => {
    const isHeld = contents.size < VARIANTS_MAX;
    const content = contents.get(variant) ?? make(variant).then((made) => toContent(made, isHeld));
    if (isHeld) contents.set(variant, content);
    content.catch(() => contents.delete(variant));
    return content;
  };
  app.route({
    method: ['GET', 'HEAD'],
    url,
    handler: async (request, reply) => {
      const { body, compressed, etag } = await contentOf(variantOf(request));
      const { 'if-none-match': known, 'accept-encoding': accepted } = request.headers;
      reply.headers({ ...PAGE_HEADERS, ...headers, etag });
      if (known?.includes(etag)) return reply.code(304).send();
      if (!compressed || !ACCEPTS_GZIP.test(String(accepted))) return reply.send(body);
      return reply.header('content-encoding', 'gzip').send(compressed);
    },
  });
}

async function toContent(made: string | Buffer, compresses: boolean) {
  const body = Buffer.from(made);
  const hash = createHash('sha256').update(body).digest('base64url');
  const compressed = compresses ? await promisify(gzip)(body) : undefined;
  // Weak, because the compressed form has the same one.
  return { body, compressed, etag: `W/"${hash}"` };
}
