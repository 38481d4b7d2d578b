import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FAILURE_STATUSES } from '../contract/errors.ts';
import { unroutedPath } from './not-found.ts';

/** Where the page is. */
export const DOCS = '/docs';

/**
 * Serves the OpenAPI document, and a page to browse it and try calls, which loads nothing from elsewhere.
 * @param assets folder of the page's parts; the package's own unless given
 */
export async function serveDocs(app: FastifyInstance, assets?: string): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  // Only when needed: what the page is made of would take its part of every start.
  const openPage = () =>
    import('./docs-page.ts').then(({ createDocsPage }) => createDocsPage(app.swagger(), assets));
  let page: ReturnType<typeof openPage> | undefined;

  async function show({ url, headers }: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    page ??= openPage();
    // One that can't be opened is tried again.
    page.catch(() => {
      page = undefined;
    });
    const answer = await (await page).inject({ url: url.replace(/^\/{2,}/, '/'), headers });
    if (answer.statusCode >= FAILURE_STATUSES.min) throw unroutedPath(url);
    const { connection: _, ...kept } = answer.headers;
    reply.code(answer.statusCode).headers(kept);
    return answer.rawPayload;
  }
  for (const path of [DOCS, `${DOCS}/`, `${DOCS}/*`])
    app.get(path, { schema: { hide: true } }, show);
}
