import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rawPath } from './paths.ts';

/** Where the page is. */
export const DOCS = '/docs';
const ASSETS = `${DOCS}/static/*`;

/**
 * Serves the OpenAPI document, and a page to browse it and try calls, which loads nothing from elsewhere.
 * @param assets folder of the page's parts; the package's own unless given
 */
export async function serveDocs(app: FastifyInstance, assets?: string): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  const page = lazily(async () => {
    // Only when needed: what the page is made of would take its part of every start.
    const { createDocsPage } = await import('./docs-page.ts');
    return createDocsPage(app.swagger(), app.log, assets);
  });

  async function show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, headers } = request;
    const answer = await (await page()).inject({
      method: method as 'GET' | 'HEAD',
      url: rawPath(request.url),
      headers,
    });
    const { connection: _, ...kept } = answer.headers;
    return reply.code(answer.statusCode).headers(kept).send(answer.rawPayload);
  }

  const schema = { hide: true };
  for (const url of [DOCS, `${DOCS}/`, `${DOCS}/json`, `${DOCS}/yaml`]) {
    app.get(url, { schema }, show);
  }
  app.route({ method: ['GET', 'HEAD'], url: ASSETS, schema, handler: show });
}

/** Makes what is needed once, when it is needed; what can't be made is tried again. */
function lazily<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
