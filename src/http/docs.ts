import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { KeyedLimiter } from './limits/keyed-limiter.ts';
import { rawPath } from './protocol/paths.ts';

/** Where the page is. */
export const DOCS = '/docs';
const ASSETS = `${DOCS}/static/*`;
/** Parts of the page that are read from the disk at a time: each is up to two megabytes in memory. */
const READ_MAX = 4;

/**
 * Serves the OpenAPI document, and a page to browse it and try calls, which loads nothing from elsewhere.
 * @param assets folder of the page's parts; the package's own unless given
 */
export async function serveDocs(app: FastifyInstance, assets?: string): Promise<void> {
  let document: Buffer | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    // Anybody may ask for it, and making it takes milliseconds.
    document ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type(JSON_CONTENT_TYPE).send(document);
  });
  const page = memoizeAsync(async () => {
    // Only when needed: what the page is made of would take its part of every start.
    const { createDocsPage } = await import('./docs-page.ts');
    return createDocsPage(app.swagger(), app.log, assets);
  });

  const limiter = new KeyedLimiter({ total: READ_MAX, perKey: READ_MAX });

  async function servePage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, headers } = request;
    const url = rawPath(request.url);
    const ask = async () => (await page()).inject({ method: method as 'GET', url, headers });
    const answer = await new Promise<Awaited<ReturnType<typeof ask>>>((resolve, reject) => {
      limiter.add('', () => ask().then(resolve, reject));
    });
    const { connection: _, ...passedHeaders } = answer.headers;
    return reply.code(answer.statusCode).headers(passedHeaders).send(answer.rawPayload);
  }

  const schema = { hide: true };
  for (const url of [DOCS, `${DOCS}/`, `${DOCS}/json`, `${DOCS}/yaml`]) {
    app.get(url, { schema }, servePage);
  }
  app.route({ method: ['GET', 'HEAD'], url: ASSETS, schema, handler: servePage });
}

/** Makes what is needed once, when it is needed; what can't be made is tried again. */
function memoizeAsync<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
