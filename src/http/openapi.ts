import swagger from '@fastify/swagger';
import type { TObject, TSchema } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { AIOS_VERSION, CONTEXT_PATH } from '../contract/aios.ts';
import { documentedFailures, ErrorAnswer, ErrorCode, jobFailures } from '../contract/errors.ts';
import { examples } from '../contract/examples.ts';
import { isWrite, type Operation, type OperationName, operations } from '../contract/operations.ts';
import { answerSchema } from '../contract/schemas/envelopes.ts';
import { GetJob, JobAccepted, JobRunning } from '../contract/schemas/job.ts';
import { ModelCenterCapacityInventory } from '../contract/schemas/model-center.ts';
import {
  ModelServiceImageInventory,
  ModelServiceRefInventory,
} from '../contract/schemas/model-service.ts';
import { DeletionResult } from '../contract/schemas/resource.ts';
import { bodySchema, requiresWrapper } from '../contract/validation/request.ts';

const operationNames = Object.keys(operations) as OperationName[];

/** Every named schema, by its `$id`. */
export function components(): Map<string, TSchema> {
  const schemas = [
    ErrorCode,
    ErrorAnswer,
    JobAccepted,
    JobRunning,
    ModelServiceRefInventory,
    ModelServiceImageInventory,
    ModelCenterCapacityInventory,
    DeletionResult,
    ...Object.values<Operation>(operations).flatMap(({ inventory }) => inventory ?? []),
    ...operationNames.map(answerSchema),
    ...operationNames.flatMap((name) => bodySchema(name) ?? []),
  ];
  return new Map(schemas.map((schema) => [String(schema.$id), schema]));
}

/**
 * Prepares the app to describe itself: to be called before its routes are added.
 * The document is then `app.swagger()`.
 */
export async function describeApi(app: FastifyInstance): Promise<void> {
  for (const schema of components().values()) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'aios-model-server',
        version: AIOS_VERSION,
        summary: 'The model and model service API of ZStack AIOS.',
        description:
          `Follows ZStack AIOS ${AIOS_VERSION}. Every answer is JSON; a failure's body is ` +
          '`{"error":{…}}`. No text may hold NUL or a lone surrogate. A field marked `x-zstack-since` came with that version of AIOS.',
      },
      servers: [{ url: CONTEXT_PATH, description: 'This server.' }],
      tags: [
        { name: 'Model services', description: 'Services that run models.' },
        { name: 'Models', description: 'Models, and their bindings to services.' },
        { name: 'Model centers', description: 'Where models and services are kept.' },
        { name: 'Sessions', description: 'Logging in and out.' },
        { name: 'Tags', description: 'Tags of services, models and centers.' },
        { name: GetJob.tag, description: 'What became of writes that were answered 202.' },
      ],
      security: [{ session: [] }, { accessKey: [] }],
      components: {
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: '`OAuth`, a space, and the UUID of a session.',
          },
          accessKey: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description:
              '`ZStack`, a space, the id of an access key, `:`, and the base64 HMAC-SHA1 with its ' +
              'secret of the method, the `Date` header and the path from `/v1`, on a line each.',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (schema) => String(schema.$id),
    },
    transformObject: (document) =>
      'openapiObject' in document ? complete(document.openapiObject) : document.swaggerObject,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the plugin's document has too loose a type to name
type Document = any;

/** Adds what a route's own schema has no place for. */
function complete(document: Document): Document {
  describeReferences(document.components.schemas);
  describeDefaults(document.components.schemas);
  for (const path of Object.values<Document>(document.paths)) {
    for (const described of Object.values<Document>(path)) {
      if (described.operationId === GetJob.name) described.responses = jobResponses();
      else completeOperation(described, operations[described.operationId as OperationName]);
    }
  }
  return document;
}

/** A reference's own description is dropped on the way: it gets that of what it refers to. */
function describeReferences(schemas: Record<string, Document>): void {
  for (const { properties } of Object.values(schemas)) {
    for (const property of Object.values<Document>(properties ?? {})) {
      const referred = schemas[/[^/]+$/.exec(property.$ref ?? '')?.[0] ?? ''];
      if (referred) property.description ??= referred.description;
    }
  }
}

/** Generators of clients would make a parameter with a default one that must be given. */
function describeDefaults(schemas: Record<string, Document>): void {
  const requests = Object.entries(schemas).filter(([name]) => name.endsWith('Request'));
  for (const wrapper of requests.flatMap(([, { properties }]) =>
    Object.values<Document>(properties),
  )) {
    for (const property of Object.values<Document>(wrapper.properties ?? {})) {
      if (property.default === undefined) continue;
      property.description += ` ${JSON.stringify(property.default)} unless given.`;
      delete property.default;
    }
  }
}

function completeOperation(described: Document, operation: Operation): void {
  const name: OperationName = described.operationId;
  const { request, answer } = examples[name];
  if (operation.since) described['x-zstack-since'] = operation.since;
  if (operation.open) described.security = [];
  if (described.requestBody) {
    described.requestBody.required = requiresWrapper(operation);
    described.requestBody.content['application/json'].example = request;
  }
  described.responses['200'].description = 'Done.';
  described.responses['200'].content['application/json'].example = answer;
  if (isWrite(operation)) described.responses['202'] = response(JobAccepted);
  const { method, failures, open } = operation;
  Object.assign(
    described.responses,
    failureResponses(documentedFailures(method !== 'GET', failures, open)),
  );
}

/** What the poll of a job may answer: what any of the writes does. */
function jobResponses(): Document {
  const answers = operationNames.filter((name) => isWrite(operations[name])).map(answerSchema);
  // What holds most comes first: every answer is also one that says nothing but success.
  const sizeOf = ({ properties }: TObject) => Object.keys(properties).length;
  const unique = new Map(
    answers.toSorted((a, b) => sizeOf(b) - sizeOf(a)).map((answer) => [answer.$id, refTo(answer)]),
  );
  const done = { description: 'The job has succeeded.', anyOf: [...unique.values()] };
  return {
    200: { description: done.description, ...json(done) },
    202: response(JobRunning),
    ...failureResponses(jobFailures()),
  };
}

function failureResponses(failures: ReturnType<typeof documentedFailures>): Document {
  return Object.fromEntries(
    failures.map(({ status, codes }) => [
      status,
      { description: `Failed with ${codes.join(', ')}.`, ...json(refTo(ErrorAnswer)) },
    ]),
  );
}

function response(schema: TSchema): Document {
  return { description: schema.description, ...json(refTo(schema)) };
}

function json(schema: object): Document {
  return { content: { 'application/json': { schema } } };
}

function refTo({ $id }: TSchema): { $ref: string } {
  return { $ref: `#/components/schemas/${$id}` };
}
