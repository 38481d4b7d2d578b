import type { TObject, TSchema } from '@sinclair/typebox';
import { AIOS_VERSION, CONTEXT_PATH } from './aios.ts';
import { documentedFailures, ErrorAnswer, ErrorCode, jobFailures } from './errors.ts';
import { examples } from './examples.ts';
import { isWrite, type Operation, type OperationName, operations } from './operations.ts';
import { answerSchema } from './schemas/envelopes.ts';
import { GetJob, JobAccepted, JobRunning, OperationHeaders, WriteHeaders } from './schemas/job.ts';
import { ModelCenterCapacityInventory } from './schemas/model-center.ts';
import { ModelServiceImageInventory, ModelServiceRefInventory } from './schemas/model-service.ts';
import { DeletionResult } from './schemas/resource.ts';
import { bodySchema, pathSchema, requiresWrapper } from './validation/request.ts';

type Members = Record<string, unknown>;

const operationNames = Object.keys(operations) as OperationName[];

/** The component schemas of the document, by `$id`. */
export const components: ReadonlyMap<unknown, TSchema> = new Map(
  [
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
  ].map((schema) => [schema.$id, schema]),
);

/**
 * Makes the OpenAPI document from the catalogues of operations, errors and examples.
 * @param server path of the API, as the clients of the server reach it
 */
export function openapiDocument(server = CONTEXT_PATH): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'aios-model-server',
      version: AIOS_VERSION,
      summary: 'The model and model service API of ZStack AIOS.',
      description:
        `Follows ZStack AIOS ${AIOS_VERSION}. Every answer is JSON; a failure's body is ` +
        '`{"error":{…}}`. No text may hold NUL or a lone surrogate. A field marked `x-zstack-since` came with that version of AIOS.',
    },
    servers: [{ url: server, description: 'This server.' }],
    security: [{ session: [] }, { accessKey: [] }],
    tags: [
      { name: 'Model services', description: 'Services that run models.' },
      { name: 'Models', description: 'Models, and their bindings to services.' },
      { name: 'Model centers', description: 'Where models and services are kept.' },
      { name: 'Sessions', description: 'Logging in and out.' },
      { name: 'Tags', description: 'Tags of services, models and centers.' },
      { name: GetJob.tag, description: 'What became of writes that were answered 202.' },
    ],
    paths: paths(),
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
      schemas: mapMembers(Object.fromEntries(components), schemaObject),
    },
  };
}

function paths(): Members {
  const all: Record<string, Members> = {};
  for (const name of operationNames) {
    const { path, method } = operations[name];
    all[path] = { ...all[path], [method.toLowerCase()]: operationObject(name) };
  }
  all[GetJob.path] = { get: jobPoll() };
  return all;
}

function operationObject(name: OperationName): Members {
  const operation: Operation = operations[name];
  const { method, tag, summary, description, query, since, open } = operation;
  const body = bodySchema(name);
  const { request, answer } = examples[name];
  const failures = documentedFailures(method !== 'GET', operation.failures, open);
  return {
    operationId: name,
    summary,
    description,
    tags: [tag],
    ...(open && { security: [] }),
    parameters: [
      ...parameters('query', query),
      ...parameters('path', pathSchema(operation)),
      ...parameters('header', isWrite(operation) ? WriteHeaders : OperationHeaders),
    ],
    ...(body && {
      requestBody: { required: requiresWrapper(operation), ...json(refTo(body), request) },
    }),
    responses: {
      200: { description: 'Done.', ...json(refTo(answerSchema(name)), answer) },
      ...(isWrite(operation) && { 202: response(JobAccepted) }),
      ...failureResponses(failures),
    },
    ...(since && { 'x-zstack-since': since }),
  };
}

function parameters(location: 'query' | 'header' | 'path', { properties, required = [] }: TObject) {
  return Object.entries<TSchema>(properties).map(([name, { description, ...schema }]) => ({
    in: location,
    name,
    required: required.includes(name),
    description,
    schema: schemaObject(schema),
  }));
}

/** The poll of a job may have the answer of any write. */
function jobPoll(): Members {
  const { name, tag, summary, description, params, headers } = GetJob;
  const answers = operationNames.filter((each) => isWrite(operations[each])).map(answerSchema);
  // The schemas with most properties come first: every answer also matches the one with `success` alone.
  const sizeOf = ({ properties }: TObject) => Object.keys(properties).length;
  const largestFirst = answers.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const unique = new Map(largestFirst.map((answer) => [answer.$id, refTo(answer)]));
  const succeeded = { description: 'The job has succeeded.', anyOf: [...unique.values()] };
  return {
    operationId: name,
    summary,
    description,
    tags: [tag],
    security: [],
    parameters: [...parameters('path', params), ...parameters('header', headers)],
    responses: {
      200: { description: succeeded.description, ...json(succeeded) },
      202: response(JobRunning),
      ...failureResponses(jobFailures()),
    },
  };
}

function failureResponses(failures: ReturnType<typeof documentedFailures>): Members {
  return Object.fromEntries(
    failures.map(({ status, codes }) => [
      status,
      { description: `Failed with ${codes.join(', ')}.`, ...json(refTo(ErrorAnswer)) },
    ]),
  );
}

function response(schema: TSchema): Members {
  return { description: schema.description, ...json(refTo(schema)) };
}

function json(schema: object, example?: unknown): Members {
  return { content: { 'application/json': { schema, ...(example !== undefined && { example }) } } };
}

function refTo({ $id }: TSchema): { $ref: string } {
  return { $ref: `#/components/schemas/${$id}` };
}

/** Converts a schema to its form in the document: without `$id`, and with `enum` instead of `const`. */
function schemaObject(schema: TSchema): Members {
  const { $id: _, $ref, const: constant, ...keywords } = schema;
  if ($ref !== undefined) return refTo({ ...schema, $id: $ref });
  const { properties, items, anyOf } = keywords;
  return {
    ...keywords,
    ...(constant !== undefined && { enum: [constant] }),
    ...(properties && { properties: mapMembers(properties, propertyObject) }),
    ...(items && { items: schemaObject(items) }),
    ...(anyOf && { anyOf: anyOf.map(schemaObject) }),
  };
}

/**
 * Converts a property's schema. A reference gets the description of its component. A default moves into the
 * description, because client generators treat a property with a default as required.
 */
function propertyObject(schema: TSchema): Members {
  if (schema.$ref !== undefined) {
    return { ...schemaObject(schema), description: components.get(schema.$ref)?.description };
  }
  const { default: value, ...others } = schema;
  if (value === undefined) return schemaObject(schema);
  const description = `${schema.description} ${JSON.stringify(value)} unless given.`;
  return schemaObject({ ...others, description } as TSchema);
}

function mapMembers(
  members: Record<string, TSchema>,
  convert: (schema: TSchema) => Members,
): Members {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, convert(member)]),
  );
}
