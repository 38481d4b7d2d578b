// Logs in, adds a center, a model and a service, binds and finds them, shows an error, and removes everything again.
//
//   npm install openapi-fetch openapi-typescript
//   npx openapi-typescript $AIOS_URL/openapi.json -o aios.ts
//   node first-calls.ts

import { createHash } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from './aios.ts';

const { AIOS_URL = 'http://127.0.0.1:8080', AIOS_PASSWORD = 'password' } = process.env;

let session: string | undefined;
const aios = createClient<paths>({ baseUrl: `${AIOS_URL}/zstack` });
aios.use({
  onRequest({ request }) {
    if (session) request.headers.set('Authorization', `OAuth ${session}`);
    return request;
  },
});

/** The body of an answer; throws the server's error unless the status is 200. */
async function done<Body>(
  answer: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await answer;
  if (response.status === 200 && data) return data;
  throw new Error(`${response.status} ${JSON.stringify(error ?? data)}`);
}

/** The UUID of the resource that a write answers; a server can also be set to answer jobs. */
async function uuidOf<Body extends object>(
  answer: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<string> {
  const body = (await done(answer)) as { inventory?: { uuid: string } };
  if (body.inventory) return body.inventory.uuid;
  throw new Error(`no inventory: ${JSON.stringify(body)}`);
}

// The password travels as its SHA-512, in lower-case hexadecimal digits.
const password = createHash('sha512').update(AIOS_PASSWORD).digest('hex');
session = await uuidOf(
  aios.PUT('/v1/accounts/login', {
    body: { logInByAccount: { accountName: 'admin', password } },
  }),
);
console.log('logged in as admin');

const center = await uuidOf(
  aios.POST('/v1/ai/model-centers', {
    body: {
      param: {
        name: 'center',
        url: 'nfs://192.168.10.12/ai',
        managementIp: '192.168.10.12',
        managementPort: 8989,
      },
    },
  }),
);
console.log('added the center', center);
const model = await uuidOf(
  aios.POST('/v1/ai/models', {
    body: { param: { name: 'Qwen', installPath: '/ai/Qwen', modelCenterUuid: center } },
  }),
);
console.log('added the model', model);
const service = await uuidOf(
  aios.POST('/v1/ai/model-services', {
    body: {
      param: {
        name: 'chat',
        yaml: 'services: []',
        requestCpu: 4,
        requestMemory: 8192,
        installPath: '/ai/chat',
        startCommand: 'python3 app.py',
        modelCenterUuid: center,
      },
    },
  }),
);
console.log('added the service', service);

await done(
  aios.POST('/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}', {
    params: { path: { modelUuid: model, modelServiceUuid: service } },
  }),
);
const { inventories } = await done(
  aios.GET('/v1/ai/model-services', {
    params: {
      query: {
        q: [`modelServiceRefs.modelUuid=${model}`, 'requestCpu>=4'],
        fields: 'uuid,name',
      },
    },
  }),
);
if (inventories?.length !== 1 || inventories[0]?.uuid !== service) {
  throw new Error(`unexpected services: ${JSON.stringify(inventories)}`);
}
console.log('bound them, and found the service', inventories[0].name, 'by its model');

// A center with models is not deleted.
const path = { uuid: center };
const { error, response } = await aios.DELETE('/v1/ai/model-centers/{uuid}', {
  params: { path },
});
if (error?.error.code !== 'SYS.1006') throw new Error('the center was deleted with its model');
console.log('the server answered', response.status, `${error.error.code}: ${error.error.details}`);

await done(aios.DELETE('/v1/ai/model-services/{uuid}', { params: { path: { uuid: service } } }));
await done(aios.DELETE('/v1/ai/models/{uuid}', { params: { path: { uuid: model } } }));
await done(aios.DELETE('/v1/ai/model-centers/{uuid}', { params: { path } }));
await done(aios.DELETE('/v1/accounts/sessions/{uuid}', { params: { path: { uuid: session } } }));
console.log('removed everything');
