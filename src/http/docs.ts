import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { CONTEXT_PATH, JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { type Make, servePage, type VariantOf } from './pages.ts';
import { requestedUrl } from './protocol/urls.ts';

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The files that the page loads, with their content types. */
const ASSETS = {
  'swagger-ui.css': CSS,
  'page.css': CSS,
  'icon.svg': 'image/svg+xml',
  'swagger-ui-bundle.js': SCRIPT,
  'page.js': SCRIPT,
};

const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** Stands in the documents for the server's URL. */
const SERVER_URL = '{server}';

/** The documents by path, with their version of OpenAPI: the document is valid as both. */
const DOCUMENTS = {
  '/openapi.json': '3.1.0',
  '/docs/json': '3.1.0',
  '/openapi-3.0.json': '3.0.3',
};

/**
 * Serves the OpenAPI document, and Swagger UI at `/docs`, which loads nothing from other hosts.
 * @param assets folder of the page's files
 * @param publicUrl URL by which clients reach the server; empty for that of each request
 */
export function serveDocs(app: FastifyInstance, assets: string, publicUrl: string): void {
  const serve = (url: string, type: string, make: Make, variantOf?: VariantOf) => {
    const policy = { 'content-security-policy': POLICY };
    // Pages of other sites may read the documents, which have no secret.
    const origins = variantOf && { 'access-control-allow-origin': '*' };
    servePage(app, url, { 'content-type': type, ...policy, ...origins }, make, variantOf);
  };
  const serverOf: VariantOf = (request) => (publicUrl || requestedUrl(request)) + CONTEXT_PATH;
  // Relative, because a proxy may serve the page below a path of its own; so are the URLs in the page.
  app.get('/docs/', { exposeHeadRoute: true }, (_, reply) => reply.redirect('../docs'));
  for (const [url, version] of Object.entries(DOCUMENTS)) {
    serve(url, JSON_CONTENT_TYPE, documentReader(version, JSON.stringify), serverOf);
  }
  serve('/docs/yaml', 'application/x-yaml', documentReader('3.1.0', toYaml), serverOf);
  serve('/docs', 'text/html; charset=utf-8', () => readFile(join(assets, 'index.html')));
  for (const [name, type] of Object.entries(ASSETS)) {
    serve(`/docs/static/${name}`, type, () => readFile(join(assets, name)));
  }
}

/** Loads the library only when it is needed, because that takes a thirtieth of the start. */
const toYaml = async (document: object) => (await import('yaml')).default.stringify(document);

/**
 * Creates the function that makes the generated OpenAPI document that of the server with a URL.
 * @param version of OpenAPI
 * @param toText is called once, because it may take tens of milliseconds
 */
function documentReader(version: string, toText: (document: object) => string | Promise<string>) {
  let text: string | undefined;
  return async (url: string): Promise<string> => {
    const file = await import('../../openapi/openapi.json', { with: { type: 'json' } });
    const servers = [{ url: SERVER_URL, description: 'This server.' }];
    text ??= await toText({ ...file.default, openapi: version, servers });
    // A string of JSON is one of YAML too.
    return text.replace(JSON.stringify(SERVER_URL), () => JSON.stringify(url));
  };
}
