import Fastify from 'fastify';
import { operations } from '../src/contract/operations.ts';
import { answerSchema, bodySchema } from '../src/contract/schemas/envelopes.ts';

/**
 * The server that this one is compared with: Fastify as its documentation shows it, with the same schemas and
 * payloads but no database. Its arguments are the port and the service that it returns, as JSON.
 */
const [port = '0', reported = '{}'] = process.argv.slice(2);
const service = JSON.parse(reported);
const app = Fastify({ ajv: { customOptions: { strict: false } } });
/** A schema without the names of its parts, which Fastify would take for references. */
const unnamed = (schema: object | undefined) =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === '$id' ? undefined : value)));

const { AddModelService, GetModelService } = operations;
app.post(
  `/zstack${AddModelService.path}`,
  {
    schema: {
      body: unnamed(bodySchema('AddModelService')),
      response: { 200: unnamed(answerSchema('AddModelService')) },
    },
  },
  async ({ body }) => ({
    success: true,
    inventory: { ...service, ...(body as { param: object }).param },
  }),
);
app.get(
  `/zstack${GetModelService.path.replace(/\{(\w+)\}/g, ':$1')}`,
  { schema: { response: { 200: unnamed(answerSchema('GetModelService')) } } },
  async () => ({ success: true, inventories: [service] }),
);
await app.listen({ host: '127.0.0.1', port: Number(port) });
