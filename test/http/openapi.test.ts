import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import exampleRequests from '../../openapi/example-requests.json' with { type: 'json' };
import { type Operation, type OperationName, operations } from '../../src/contract/operations.ts';
import { parametersOf, requiredOf } from '../support/contract-parameters.ts';
import { sendExamples, serveExamples } from '../support/document-examples.ts';
import { ownFields } from '../support/query-oracle.ts';
import { startServer } from '../support/server.ts';
import { operationSince, sinceVersions, versionsOf } from '../support/since-versions.ts';

const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
const names = Object.keys(operations) as OperationName[];
const withBody = names.filter((name) => 'wrapper' in operations[name]);
const withoutBody = names.filter((name) => !('wrapper' in operations[name]));
/** Operations without a session (F46), which never become jobs (F1). */
const open: OperationName[] = ['LogInByAccount', 'LogOut', 'ValidateSession'];
const writes = names.filter((name) => operations[name].method !== 'GET' && !open.includes(name));
const reads = names.filter((name) => operations[name].method === 'GET');
/** Those that write no resource that tags could be attached to. */
const untagged = /Tag$|^LogInByAccount$|^RenewSession$/;

// biome-ignore lint/suspicious/noExplicitAny: the test looks into a document of any shape
type Node = any;

interface Described {
  path: string;
  method: string;
  operation: Node;
}

const described: Described[] = Object.entries<Node>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Node>(methods).map(([method, { parameters, responses, ...others }]) => {
    const operation = {
      ...others,
      parameters: parameters.map(resolve),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [status, resolve(response)]),
      ),
    };
    return { path, method, operation };
  }),
);

function of(name: OperationName): Node {
  return described.find(({ operation }) => operation.operationId === name)?.operation;
}

/** Follows references within the document. */
function resolve(node: Node): Node {
  if (node?.allOf) {
    const { allOf, ...keywords } = node;
    return { ...resolve(allOf[0]), ...keywords };
  }
  if (!node?.$ref) return node;
  const parts: string[] = node.$ref.slice(2).split('/');
  return resolve(parts.reduce((at: Node, part) => at[part], document));
}

/** Every schema in the document with the place it stands at. */
function* schemas(node: Node, place: string): Generator<[place: string, schema: Node]> {
  if (typeof node !== 'object' || node === null) return;
  if (node.type || node.anyOf || node.allOf || node.$ref) yield [place, node];
  for (const [name, member] of Object.entries(node)) {
    if (!['example', 'examples', 'default', 'enum'].includes(name)) {
      yield* schemas(member, `${place}/${name}`);
    }
  }
}

describe('the document', () => {
  test('is served as it is committed', async () => {
    const server = await startServer();
    const servers = [{ url: `${server.url}/zstack`, description: 'This server.' }];
    for (const [path, openapi] of [
      ['/openapi.json', '3.1.0'],
      ['/openapi-3.0.json', '3.0.3'],
    ] as const) {
      const answer = await server.get(path, { session: null });
      expect([answer.status, answer.body]).toEqual([200, { ...document, openapi, servers }]);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  test('is OpenAPI 3.1 and names the AIOS version it follows (F37)', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(document.info).toMatchObject({ version, 'x-aios-contract-version': '5.5.22' });
    expect(document.info.description).toContain('5.5.22');
  });

  test('has at most 250 kB as it is served', async () => {
    const server = await startServer();
    const response = await fetch(`${server.url}/openapi.json`);
    expect((await response.text()).length).toBeLessThanOrEqual(250_000);
  });

  test('names a server whose host and port can be chosen', () => {
    const variables = { host: { default: '127.0.0.1' }, port: { default: '8080' } };
    expect(document.servers).toMatchObject([{ url: 'http://{host}:{port}/zstack', variables }]);
  });

  test('has no enumeration of one value, from which some tools generate code that does not compile', () => {
    const enums = [...schemas(document, '#')].flatMap(([place, schema]) =>
      schema.enum?.length === 1 || schema.const !== undefined ? [place] : [],
    );
    expect(enums).toEqual([]);
  });

  test('names every enumeration and structure once', () => {
    const unnamed = [...schemas(document, '#')].flatMap(([place, schema]) =>
      (schema.enum || schema.properties) && !/^#\/components\/schemas\/\w+$/.test(place)
        ? [place]
        : [],
    );
    expect(unnamed).toEqual([]);
    const values = Object.values<Node>(document.components.schemas).flatMap((schema) =>
      schema.enum ? [schema.enum.join()] : [],
    );
    expect(values).toEqual([...new Set(values)]);
  });

  test('requires a session or a key on every operation, except for login, logout and validation', () => {
    expect(document.security).toEqual([{ session: [] }, { accessKey: [] }]);
    const scheme = (word: string) => ({
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description: expect.stringContaining(word),
    });
    expect(document.components.securitySchemes).toEqual({
      session: scheme('OAuth'),
      accessKey: scheme('ZStack'),
    });
    const others = described.filter(({ operation }) => operation.security);
    expect(others.map(({ operation }) => operation.operationId).toSorted()).toEqual(
      [...open, 'GetJob'].toSorted(),
    );
    expect(others.filter(({ operation }) => operation.security.length > 0)).toEqual([]);
  });

  test('names no component def-N, has none unused, and refers to none that is missing', () => {
    const { securitySchemes: _, ...components } = document.components;
    const names = Object.entries<object>(components).flatMap(([section, members]) =>
      Object.keys(members).map((name) => `${section}/${name}`),
    );
    expect(names.filter((name) => /\/def-/.test(name))).toEqual([]);
    const text = JSON.stringify(document);
    const referred = [...text.matchAll(/"#\/components\/([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(referred)].toSorted()).toEqual(names.toSorted());
  });

  test('names only example hosts', () => {
    const { externalDocs, info, ...others } = document;
    const text = JSON.stringify({ ...others, info: { ...info, license: undefined } });
    const hosts = text.match(/\bhttps?:\/\/[^/"\s:\\]+/g) ?? [];
    const isExample = (host: string) => /\{host\}$|127\.0\.0\.1$|\bexample\.(com|org)$/.test(host);
    expect(hosts.filter((host) => !isExample(host))).toEqual([]);
  });
});

describe('operations', () => {
  test('are those of the catalogue and the poll of jobs, each once, in its place', () => {
    const expected = names.map((name) => {
      const { method, path }: Operation = operations[name];
      return { path, method: method.toLowerCase(), name };
    });
    const documented = described.map(({ path, method, operation }) => ({
      path,
      method,
      name: operation.operationId,
    }));
    expected.push({ path: '/v1/api-jobs/{uuid}', method: 'get', name: 'GetJob' as OperationName });
    expect(documented).toHaveLength(expected.length);
    expect(documented).toEqual(expect.arrayContaining(expected));
  });

  test('have no aliases in the document (F31)', () => {
    const aliases = names.flatMap((name) =>
      ((operations[name] as Operation).aliases ?? []).map((alias) => [alias, name]),
    );
    expect(aliases).toContainEqual(['/v1/ai/models/{uuid}/actions', 'UpdateModel']);
    for (const [alias = '', name] of aliases) {
      // Where another operation has the path, it is that one's.
      expect(document.paths[alias]?.put?.operationId).not.toBe(name);
    }
  });

  test.each(names)('%s says what it does, in a group that is described', (name) => {
    const { summary, description, tags } = of(name);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(description).toMatch(/\.$/);
    const groups = document.tags.map(({ name: group }: Node) => group);
    expect(groups).toEqual(expect.arrayContaining(tags));
  });

  test.each(names)('%s describes each of its path parameters, and requires it', (name) => {
    const { path }: Operation = operations[name];
    const inPath = (of(name).parameters ?? []).filter((parameter: Node) => parameter.in === 'path');
    expect(inPath.map((parameter: Node) => parameter.name)).toEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter),
    );
    for (const parameter of inPath) {
      expect(parameter).toMatchObject({ required: true, description: expect.any(String) });
    }
  });
});

describe('requests', () => {
  test.each(withBody)('%s takes the parameters of F46 under its wrapper', (name) => {
    const { wrapper = '' }: Operation = operations[name];
    const { schema } = of(name).requestBody.content['application/json'];
    const body = resolve(schema);
    expect(Object.keys(body.properties)).toEqual(
      untagged.test(name) ? [wrapper] : [wrapper, 'systemTags', 'userTags'],
    );
    const params = resolve(body.properties[wrapper]);
    expect(Object.keys(params.properties)).toEqual(Object.keys(parametersOf(name)));
    expect(params.required ?? []).toEqual(requiredOf(name));
  });

  test.each([
    ['AddModelService', true],
    ['UpdateModelService', true],
    ['CloneModelService', false],
    ['AddModel', true],
    ['BindModelToService', false],
    ['UpdateModel', false],
    ['AddModelCenter', true],
    ['UpdateModelCenter', false],
    ['LogInByAccount', true],
    ['RenewSession', false],
    ['CreateUserTag', true],
    ['UpdateSystemTag', true],
  ] as const)('%s needs a body: %s', (name, needed) => {
    const { requestBody } = of(name);
    expect(requestBody.required ?? false).toBe(needed);
    const { required = [] } = resolve(requestBody.content['application/json'].schema);
    expect(required).toEqual(needed ? [(operations[name] as Operation).wrapper] : []);
  });

  test.each(withoutBody)('%s has no body', (name) => {
    expect(of(name).requestBody).toBeUndefined();
  });
});

describe('answers', () => {
  const failures = ['400', '408', '414', '431', '503'];
  /** What an access key may meet. */
  const withSession = ['403', ...failures];

  test.each(writes)('%s answers 200 or 202, and fails as F52 says', (name) => {
    expect(Object.keys(of(name).responses).toSorted()).toEqual(
      ['200', '202', ...withSession, '413', '415'].toSorted(),
    );
    const { schema } = of(name).responses['202'].content['application/json'];
    expect(resolve(schema)).toMatchObject({ required: ['location', 'apiTimeout'] });
  });

  test.each(reads)('%s answers 200 alone, and fails as F52 says', (name) => {
    const statuses = Object.keys(of(name).responses);
    const expected = ['200', ...(open.includes(name) ? failures : withSession)].toSorted();
    expect(statuses.filter((status) => status !== '415').toSorted()).toEqual(expected);
  });

  test.each(names)('%s: each failure is {"error"} with the codes named', (name) => {
    for (const [status, response] of Object.entries<Node>(of(name).responses)) {
      const { schema } = response.content['application/json'];
      if (status < '400') continue;
      expect(response.description).toMatch(/\b(SYS|ID)\.1\d{3}\b/);
      expect(resolve(schema)).toMatchObject({ required: ['error'], additionalProperties: false });
      expect(Object.keys(resolve(schema).properties)).toEqual(['error']);
    }
  });

  test.each(names)('%s: a 200 says success first (F2)', (name) => {
    const answer = resolve(of(name).responses['200'].content['application/json'].schema);
    const [first] = Object.keys(answer.properties);
    expect(first).toBe('success');
    expect(resolve(answer.properties.success)).toMatchObject({ type: 'boolean', example: true });
    const { answers } = operations[name];
    expect(answer.required).toEqual(
      answers === 'inventories' || answers === 'nothing'
        ? ['success']
        : ['success', ['found', 'several'].includes(answers) ? 'inventories' : answers],
    );
  });
});

describe('the headers of jobs (F56)', () => {
  const headersOf = (name: string) =>
    (of(name as OperationName).parameters ?? [])
      .filter((parameter: Node) => parameter.in === 'header')
      .map((parameter: Node) => parameter.name);

  test.each(writes)('%s takes them', (name) => {
    expect(headersOf(name)).toEqual([
      'X-Job-UUID',
      'X-Web-Hook',
      'Prefer',
      'X-API-Timeout',
      'X-JSON-Schema',
    ]);
  });

  test.each(names.filter((name) => !writes.includes(name)))('%s takes none of them', (name) => {
    expect(headersOf(name)).toEqual(['X-API-Timeout', 'X-JSON-Schema']);
  });

  test('what a poll answers is what any write does, nothing yet, or any failure', () => {
    const { responses } = of('GetJob' as OperationName);
    expect(Object.keys(responses)).toEqual([
      '200',
      '202',
      '400',
      '404',
      '408',
      '414',
      '431',
      '503',
    ]);
    const { anyOf } = resolve(responses['200'].content['application/json'].schema);
    const answers = writes.map((name) => of(name).responses['200'].content['application/json']);
    expect(new Set(anyOf.map((each: Node) => each.$ref))).toEqual(
      new Set(answers.map(({ schema }) => schema.$ref)),
    );
    expect(resolve(responses['202'].content['application/json'].schema).properties).toEqual({});
  });
});

// The generated clients' tests compare which fields there are, and which are always there.
describe('inventories', () => {
  /** What a field's type is in JSON. */
  const types = {
    text: { type: 'string' },
    date: { type: 'string' },
    boolean: { type: 'boolean' },
    integer: { type: 'integer', format: 'int32' },
    long: { type: 'integer', format: 'int64' },
  };

  test.each(
    Object.entries(ownFields),
  )('%sInventory has fields of the types of F47', (kind, fields) => {
    const { properties } = document.components.schemas[`${kind}Inventory`];
    for (const [field, type] of Object.entries(fields)) {
      expect([field, resolve(properties[field])]).toMatchObject([field, types[type]]);
    }
  });

  test.each([
    [
      'ModelServiceInventory',
      'cpuArchitectures',
      { type: 'array', items: { $ref: '#/components/schemas/CpuArchitecture' } },
    ],
    ['ModelServiceInventory', 'vendorToSpecUuidsMap', { type: 'object' }],
    ['ModelInventory', 'recommendedGpuNum', { type: 'array', items: types.integer }],
    ['ModelServiceRefInventory', 'isDefault', types.boolean],
    ['ModelCenterCapacityInventory', 'modelUsedCapacity', types.long],
    ['SessionInventory', 'noSessionEvaluation', types.boolean],
  ])('%s.%s has the type of F47', (name, field, type) => {
    expect(document.components.schemas[name].properties[field]).toMatchObject(type);
  });
});

describe('versions are those of the documents (F37)', () => {
  test.each(Object.entries(operationSince))('%s came with %s', (name, version) => {
    expect(of(name as OperationName)['x-zstack-since']).toBe(version);
  });

  test.each(Object.keys(sinceVersions) as OperationName[])('the parameters of %s', (name) => {
    const { requestBody, parameters = [] } = of(name);
    const body = resolve(requestBody.content['application/json'].schema);
    const { [(operations[name] as Operation).wrapper ?? '']: wrapper, ...beside } = body.properties;
    const inBody = Object.entries<Node>({ ...resolve(wrapper).properties, ...beside });
    const documentedVersions = [
      ...inBody.map(([field, schema]) => [field, schema['x-zstack-since']]),
      ...parameters.map((parameter: Node) => [
        parameter.name,
        parameter.schema['x-zstack-since'] ?? parameter['x-zstack-since'],
      ]),
    ];
    expect(Object.fromEntries(documentedVersions)).toEqual(versionsOf(name));
  });
});

test('every property and parameter has a description of its own', () => {
  const undescribed = [...schemas(document.components.schemas, '#')]
    .filter(([place]) => /\/properties\/[^/]+$/.test(place))
    .filter(([, schema]) => !(schema.description ?? resolve(schema).description))
    .map(([place]) => place);
  const parameters = described.flatMap(({ operation }) => operation.parameters ?? []);
  const silent = parameters.filter((parameter) => !parameter.description);
  expect([undescribed, silent]).toEqual([[], []]);
});

describe('examples', () => {
  let validate: (pointer: string, value: unknown) => string;
  const bare = new Ajv2020({ strict: false });
  addFormats.default(bare);
  const fits = (schema: object, value: unknown) =>
    value !== undefined && bare.validate(schema, value);

  beforeAll(() => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(document, 'openapi');
    validate = (pointer, value) =>
      ajv.validate({ $ref: `openapi${pointer}` }, value) ? '' : ajv.errorsText();
  });

  test.each(withBody)('the request of %s fits its schema', (name) => {
    const { schema, example } = of(name).requestBody.content['application/json'];
    expect(example).toBeDefined();
    expect(validate(schema.$ref, example)).toBe('');
  });

  test.each(names)('the answer of %s fits its schema', (name) => {
    const { schema, example } = of(name).responses['200'].content['application/json'];
    expect(example).toBeDefined();
    expect(validate(schema.$ref, example)).toBe('');
  });

  test.each([
    ...names,
    'GetJob' as OperationName,
  ])('%s has one of each parameter, which fits', (name) => {
    for (const { name: parameter, schema, example } of of(name).parameters) {
      expect([parameter, example, fits(resolve(schema), example)]).toEqual([
        parameter,
        example,
        true,
      ]);
    }
  });

  test.each([
    ...names,
    'GetJob' as OperationName,
  ])('%s has one of each failure and of the 202', (name) => {
    for (const [status, response] of Object.entries<Node>(of(name).responses)) {
      const { schema, example } = response.content['application/json'];
      expect([status, example]).toEqual([status, expect.any(Object)]);
      expect(validate(schema.$ref, example)).toBe('');
    }
  });

  test('those of requests succeed in the order of the document', async () => {
    const { url } = await serveExamples({ onTestFinished });
    const answers = await sendExamples(`${url}/zstack`);
    const failed = answers.filter(([, { status }]) => status !== 200);
    // The example seed has no jobs.
    expect(failed.map(([name, { status }]) => [name, status])).toEqual([['GetJob', 404]]);
  });

  test.each(
    writes.filter((name) => operations[name].answers !== 'nothing'),
  )('the answer of %s matches no earlier schema of a job’s answers', (name) => {
    const { schema, example } = of(name).responses['200'].content['application/json'];
    const { anyOf } = document.components.schemas.JobAnswer;
    const first = anyOf.find(({ $ref }: Node) => validate($ref, example) === '');
    expect(first).toEqual(schema);
  });

  // Tools send them in orders of their own.
  test('those of deletions name what no other one names', () => {
    const requests = Object.entries<Node>(exampleRequests.operations);
    const [deletions, others] = [true, false].map((deletes) =>
      requests.filter(([name]) => name.startsWith('Delete') === deletes),
    );
    const uuids = (deletions ?? []).flatMap(([, { path, query }]) => path?.uuid ?? query.uuids);
    expect(uuids).toEqual([...new Set(uuids)]);
    expect(uuids.filter((uuid) => JSON.stringify(others).includes(uuid))).toEqual([]);
  });

  test('those of single fields fit theirs', () => {
    let count = 0;
    for (const [place, { example, ...schema }] of schemas(document.components.schemas, '#')) {
      if (example === undefined) continue;
      expect([place, fits(schema, example)]).toEqual([place, true]);
      count++;
    }
    expect(count).toBeGreaterThan(5);
  });
});
