import { expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { addModelService } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const shared = sharedServer();
const SERVICES = `${API}/model-services`;

test.each([
  ['POST', `${SERVICES}/templates`, 'MatchModelServiceTemplateWithModel'],
  ['PUT', SERVICES, 'DeployDistributedModelService'],
  ['PUT', `${SERVICES}/app/`, ''],
  ['GET', `${SERVICES}/app/`, ''],
  ['POST', `${API}/nginx/sync`, ''],
  ['GET', `${API}/trained-model/records`, ''],
])('%s %s is rejected by name (F32)', async (method, path, name) => {
  const url = path.replace('/zstack', '');
  const body = method === 'GET' ? undefined : { param: {} };
  const what = name ? `operation[${name}]` : `method[${method}]`;
  const details = `this server does not provide the ${what} of the URL[${url}]`;
  expectFailure(await shared().call(method, path, body), 400, 'SYS.1007', details);
  const { status } = await shared().call(method, path, body, { session: null });
  expect(status).toBe(400);
});

test('they hide no service, and no 405 allows them', async () => {
  const server = shared();
  await addModelService(server);
  const { status, body } = await server.get(`${SERVICES}/templates`);
  expect([status, body.inventories]).toEqual([200, []]);
  const rejected = await server.delete(SERVICES);
  expect([rejected.status, rejected.headers.get('allow')]).toEqual([405, 'GET, POST']);
  expect((await server.delete(`${API}/nginx/sync`)).status).toBe(404);
});
