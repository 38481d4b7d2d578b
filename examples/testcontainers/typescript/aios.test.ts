// A container for the tests of this file, reset before each: npm install && npm test (Node.js 22.22 or later)

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';

const SESSION = 'b86c9016b4f24953a9edefb53ca0678c';
const { AIOS_IMAGE = 'aios-model-server' } = process.env;

let container: StartedTestContainer;

before(async () => {
  container = await new GenericContainer(AIOS_IMAGE)
    .withEnvironment({
      AIOS_DATABASE_URL: 'memory:',
      AIOS_SESSION: SESSION,
      AIOS_CONTROL: 'on',
    })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/_aios/health', 8080))
    .start();
});
after(() => container?.stop());

interface Answer {
  inventory: { uuid: string; name: string };
  inventories: { uuid: string; name: string }[];
  error: { code: string };
}

async function call(method: string, path: string, body?: object) {
  const url = `http://${container.getHost()}:${container.getMappedPort(8080)}${path}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const addModel = (name: string) =>
  call('POST', '/zstack/v1/ai/models', {
    param: { name, installPath: '/ai/Qwen', modelCenterUuid: '52c542f0c3384b6890e08570e611d52a' },
  });

// Back to the seed, or to nothing where there is none.
beforeEach(() => call('POST', '/_aios/reset'));

test('an added model is found', async () => {
  const added = await addModel('Qwen');
  const { body } = await call('GET', '/zstack/v1/ai/models?q=name=Qwen');
  assert.deepEqual(body.inventories, [added.body.inventory]);
});

test('an error on demand', async () => {
  const fault = { operation: 'AddModel', error: { code: 'SYS.1006', details: 'no room' } };
  await call('PUT', '/_aios/faults', { faults: [fault] });
  const { status, body } = await addModel('Qwen');
  assert.deepEqual([status, body.error.code], [503, 'SYS.1006']);
});
