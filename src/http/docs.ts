import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/**
 * Serves the OpenAPI document, and a page to browse it and try calls, which loads nothing from elsewhere.
 * @param assets folder of the page's parts; the package's own unless given
 */
export async function serveDocs(app: FastifyInstance, assets?: string): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
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
}
