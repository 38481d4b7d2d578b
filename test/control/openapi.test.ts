import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { controlPaths, steered } from '../support/control.ts';
import { newUuid } from '../support/records.ts';
import { addModel, requiredModelParams } from '../support/resources.ts';
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

/** What is wrong with a value by the schema at a place of the document. */
function faults(value: unknown, ...place: string[]): unknown[] {
  const pointer = place.map((part) => part.replaceAll('/', '~1').replaceAll('%', '%25')).join('/');
  const validate = ajv.compile({ $ref: `control.json#/${encodeURI(pointer)}` });
  validate(value);
  return validate.errors ?? [];
}

/** Bodies for the operations that need one. */
const bodies: Record<string, unknown> = {
  putState: { modelCenters: [] },
  addState: {},
  setFaults: { faults: [{ operation: 'AddModel', times: 2, error: { code: 'SYS.1006' } }] },
  setClock: { now: '2025-11-25T11:51:50.000Z' },
  setUuids: { seed: 'a' },
  setJobs: { atPoll: 3 },
  restoreSnapshot: { clock: true },
};

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

  test('describes the bodies and answers', async () => {
    const server = shared();
    await addModel(server, { name: 'a' });
    const job = { headers: { 'x-job-uuid': newUuid(), 'x-web-hook': 'http://127.0.0.1:9/a' } };
    await server.post(`${API}/models`, { param: requiredModelParams }, job);
    await server.put('/_aios/snapshots/a');
    await server.put('/_aios/faults', bodies.setFaults);
    for (const { path, verb, operation } of operations) {
      const body = bodies[operation.operationId];
      if (body) {
        const place = ['requestBody', 'content', 'application/json', 'schema'];
        expect(faults(body, 'paths', path, verb, ...place)).toEqual([]);
      }
      if (operation.operationId === 'restoreSnapshot') await server.put('/_aios/snapshots/a');
      const url = path.replace('{name}', 'a');
      const answer = await server.call(verb.toUpperCase(), url, body);
      expect(answer.status, operation.operationId).toBe(200);
      const place = ['responses', '200', 'content', 'application/json', 'schema'];
      expect(faults(answer.body, 'paths', path, verb, ...place)).toEqual([]);
    }
    const { status, body } = await server.post('/_aios/snapshots/none/restore');
    expect(status).toBe(404);
    expect(faults(body, 'components', 'schemas', 'Error')).toEqual([]);
  });
});
