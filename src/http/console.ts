import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { servePage } from './pages.ts';
import { routeNotFound } from './protocol/route-table.ts';

const PAGE = 'index.html';

/** The console's files by their URL below `/console/`, with their content types. */
const FILES = {
  '': [PAGE, 'text/html; charset=utf-8'],
  'main.css': ['main.css', 'text/css; charset=utf-8'],
  'main.js': ['main.js', 'text/javascript; charset=utf-8'],
} as const;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/**
 * Serves the console at `/console/`, and leads browsers from `/` to it, or to `/docs` where it was not built.
 * @param assets folder of the console's files
 */
export function serveConsole(app: FastifyInstance, assets: string): void {
  for (const [name, [file, type]] of Object.entries(FILES)) {
    const url = `/console/${name}`;
    const headers = { 'content-type': type, 'content-security-policy': POLICY };
    servePage(app, url, headers, () =>
      readFile(join(assets, file)).catch(() => Promise.reject(routeNotFound(url))),
    );
  }
  // Relative, because a proxy may serve the server below a path of its own.
  app.get('/console', { exposeHeadRoute: true }, (_, reply) => reply.redirect('console/'));
  app.route({
    method: ['GET', 'HEAD'],
    url: '/',
    config: { isAbsent: true },
    // Programs get the error of an unknown path.
    handler: (request, reply) => {
      if (!request.headers.accept?.includes('text/html')) throw routeNotFound(request.url);
      const page = existsSync(join(assets, PAGE)) ? 'console/' : 'docs';
      return reply.header('vary', 'accept').redirect(page);
    },
  });
}
