import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { openapiDocument } from '../contract/openapi.ts';
import { KeyedLimiter } from './limits/keyed-limiter.ts';
import { handleError } from './protocol/error-handler.ts';
import { routeNotFound } from './protocol/route-table.ts';
import { rawPath } from './protocol/urls.ts';

const DOCS = '/docs';
const ASSETS = `${DOCS}/static/*`;
/** Files of the page read from disk at a time: each takes up to two megabytes of memory. */
const READ_MAX = 4;

/**
 * Serves `/openapi.json`, and Swagger UI at `/docs`, which loads nothing from other hosts.
 * @param assets folder of Swagger UI's files; those of its package by default
 */
export async function serveDocs(app: FastifyInstance, assets?: string): Promise<void> {
  let document: string | undefined;
  const json = () => {
    document ??= JSON.stringify(openapiDocument());
    return document;
  };
  app.get('/openapi.json', async (_request, reply) => reply.type(JSON_CONTENT_TYPE).send(json()));

  const page = memoizeAsync(() => createDocsPage(JSON.parse(json()), app, assets));
  const limiter = new KeyedLimiter({ total: READ_MAX, perKey: READ_MAX });

  async function servePage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, headers } = request;
    const url = rawPath(request.url);
    const inject = async () => (await page()).inject({ method: method as 'GET', url, headers });
    const response = await new Promise<Awaited<ReturnType<typeof inject>>>((resolve, reject) => {
      limiter.add('', () => inject().then(resolve, reject));
    });
    const { connection: _, ...passedHeaders } = response.headers;
    return reply.code(response.statusCode).headers(passedHeaders).send(response.rawPayload);
  }

  for (const url of [DOCS, `${DOCS}/`, `${DOCS}/json`, `${DOCS}/yaml`]) app.get(url, servePage);
  app.route({ method: ['GET', 'HEAD'], url: ASSETS, handler: servePage });
}

/** Creates the server of the page, which doesn't listen: requests are injected into it. */
async function createDocsPage(
  document: object,
  { log }: FastifyInstance,
  assets?: string,
): Promise<FastifyInstance> {
  // Loaded with the first request, because it takes a noticeable part of a start.
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  const page = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
  });
  page.setErrorHandler(handleError);
  page.addHook('onRequest', async (_request, reply) => {
    // Sites that the page links to must not learn the server's address.
    reply.header('referrer-policy', 'no-referrer');
  });
  page.setNotFoundHandler((request) => {
    throw routeNotFound(request.url);
  });
  // Swagger UI takes the document from the plugin of this name.
  const provideDocument = async (app: FastifyInstance) => {
    app.decorate('swagger', () => document);
  };
  await page.register(fastifyPlugin(provideDocument, { name: '@fastify/swagger' }));
  await page.register(swaggerUi, {
    routePrefix: DOCS,
    ...(assets !== undefined && { baseDir: assets }),
    // Makes the plugin write the YAML form itself.
    transformSpecification: () => document,
    transformSpecificationClone: false,
    // The plugin's own policy would make browsers load the files by HTTPS.
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
      // Otherwise the page requests a badge from a public validator.
      validatorUrl: null,
      tryItOutEnabled: true,
      displayRequestDuration: true,
    },
  });
  await page.ready();
  return page;
}

/** Creates a value with the first call; if that fails, the next call tries again. */
function memoizeAsync<Value>(create: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= create().catch((error) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}
