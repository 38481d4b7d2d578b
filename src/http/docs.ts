import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Serves the OpenAPI document, and a page to browse it and try calls, which loads nothing from elsewhere. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
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
}
