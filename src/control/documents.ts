import type { FastifyInstance } from 'fastify';

/** Documents for editors and generators of clients. */
const documents = {
  'openapi.json': () => import('../../openapi/control.json', { with: { type: 'json' } }),
  'seed.schema.json': () => import('../../openapi/seed.schema.json', { with: { type: 'json' } }),
};

/** Serves the documents of the control API, to anyone: they have no secret. */
export function serveControlDocuments(app: FastifyInstance): void {
  for (const [name, read] of Object.entries(documents)) {
    app.get(`/_aios/${name}`, async (_, reply) => {
      reply.header('access-control-allow-origin', '*');
      return (await read()).default;
    });
  }
}
