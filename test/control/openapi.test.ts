import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { controlPaths, steered } from '../support/control.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: the test looks into a document of any shape
type Node = any;

const document: Node = JSON.parse(readFileSync('openapi/control.json', 'utf8'));
const shared = sharedServer(steered());

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addFormat('int32', true).addFormat('int64', true);
ajv.addSchema(document, 'control.json');

/** What is wrong with a value by the named schema to which a place refers. */
function faults(value: unknown, schema: Node): unknown[] {
  const validate = ajv.compile({ $ref: `control.json${schema.$ref}` });
  validate(value);
  return validate.errors ?? [];
}

function resolve(node: Node): Node {
  if (!node.$ref) return node;
  const [, ...parts] = node.$ref.split('/');
  return parts.reduce((at: Node, part: string) => at[part], document);
}
const json = (node: Node): Node => resolve(node).content['application/json'];

const operations = Object.entries<Node>(document.paths).flatMap(([path, verbs]) =>
  Object.entries<Node>(verbs).map(([verb, operation]) => ({ path, verb, operation })),
);

describe('the OpenAPI document of the control API', () => {
  test('is served to anyone as it is committed, with the JSON Schema of seeds', async () => {
    for (const [name, file] of [
      ['openapi.json', 'control.json'],
      ['seed.schema.json', 'seed.schema.json'],
    ]) {
      const { status, headers, body } = await shared().get(`/_aios/${name}`, { session: null });
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      expect(body).toEqual(JSON.parse(readFileSync(`openapi/${file}`, 'utf8')));
    }
  });

  test('has every path and verb, each with an id of its own', () => {
    const documented = Object.entries<Node>(document.paths).map(([path, verbs]) => [
      path.replace('{name}', 'a'),
      Object.keys(verbs)
        .map((verb) => verb.toUpperCase())
        .toSorted(),
    ]);
    const { '/_aios/dump': dump, ...others } = Object.fromEntries(documented);
    expect(others).toEqual(controlPaths);
    expect(dump).toEqual(['GET']);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('describes bodies and answers, with examples that the server takes and gives', async () => {
    const server = shared();
    const job = { headers: { 'x-job-uuid': newUuid(), 'x-web-hook': 'http://127.0.0.1:9/a' } };
    await server.post(`${API}/models`, { param: requiredModelParams }, job);
    for (const { path, verb, operation } of operations) {
      const { operationId, requestBody, responses } = operation;
      const request = requestBody && json(requestBody);
      if (request) expect(faults(request.example, request.schema), operationId).toEqual([]);
      if (operationId === 'restoreSnapshot') await server.put('/_aios/snapshots/ready');
      const url = path.replace('{name}', 'ready');
      const answer = await server.call(verb.toUpperCase(), url, request?.example);
      expect(answer.status, operationId).toBe(200);
      const { schema, example } = json(responses[200]);
      expect(faults(answer.body, schema), operationId).toEqual([]);
      expect(faults(example, schema), operationId).toEqual([]);
      expect(Object.keys(example), operationId).toEqual(Object.keys(answer.body));
    }
    const { status, body } = await server.post('/_aios/snapshots/none/restore');
    expect(status).toBe(404);
    const { schema } = json(document.components.responses.SnapshotNotFound);
    expect(faults(body, schema)).toEqual([]);
  });
});
