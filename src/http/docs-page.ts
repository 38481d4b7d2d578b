import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { DOCS } from './docs.ts';
import { handleError } from './protocol/error-handler.ts';
import { asHook } from './protocol/hook.ts';
import { routeNotFound } from './protocol/route-table.ts';

/**
 * Makes what answers the requests of the page to browse the API, a server of its own that listens nowhere.
 * @param document what the page shows
 * @param log told what goes wrong
 * @param assets folder of the page's parts; the package's own unless given
 */
export async function createDocsPage(
  document: object,
  log: FastifyBaseLogger,
  assets?: string,
): Promise<FastifyInstance> {
  const page = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
  });
  page.setErrorHandler(handleError);
  // Where the server is called is nobody's business who is linked to.
  page.addHook(
    'onRequest',
    asHook((_request, reply) => void reply.header('referrer-policy', 'no-referrer')),
  );
  page.setNotFoundHandler((request) => {
    throw routeNotFound(request.url);
  });
  await page.register(swagger, { mode: 'static', specification: { document: document as never } });
  await page.register(swaggerUi, {
    routePrefix: DOCS,
    ...(assets !== undefined && { baseDir: assets }),
    // The plugin's own policy would have browsers load the page's parts by https, which nobody serves.
    staticCSP: {
      'default-src': "'self'",
      'img-src': "'self' data:",
      'style-src': "'self' 'unsafe-inline'",
      'base-uri': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'object-src': "'none'",
    },
    uiConfig: {
      // Without it the page asks a public validator for a badge.
      validatorUrl: null,
      tryItOutEnabled: true,
      displayRequestDuration: true,
    },
  });
  await page.ready();
  return page;
}
