import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { components, operations, paths } from './generated/schema.ts';
import type {
  Accepted,
  Center,
  Done,
  Expect,
  Failed,
  Found,
  Listed,
  Model,
  One,
  Same,
  Service,
  Session,
  SystemTag,
  Unreal,
  UserTag,
  WireError,
} from './wire.ts';

type Schemas = components['schemas'];
type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;
type Operations = keyof operations;
type On<
  Name extends Operations,
  Status extends number,
> = Status extends keyof operations[Name]['responses']
  ? Json<operations[Name]['responses'][Status]>
  : never;

export type Assertions = [
  Expect<Same<Schemas['ErrorCode'], WireError>>,
  Expect<Same<Schemas['ModelServiceInventory'], Service>>,
  Expect<Same<Schemas['ModelInventory'], Model>>,
  Expect<Same<Schemas['ModelCenterInventory'], Center>>,
  Expect<Same<Schemas['SessionInventory'], Session>>,
  Expect<Same<Schemas['UserTagInventory'], UserTag>>,
  Expect<Same<Schemas['SystemTagInventory'], SystemTag>>,
  Expect<Same<On<'AddModelCenter', 200>, One<Center>>>,
  Expect<Same<On<'AddModel', 200>, One<Model>>>,
  Expect<Same<On<'AddModelService', 200>, One<Service>>>,
  Expect<Same<On<'UpdateModelService', 200>, One<Service>>>,
  Expect<Same<On<'CloneModelService', 200>, One<Service>>>,
  Expect<Same<On<'BindModelToService', 200>, One<Service>>>,
  Expect<Same<On<'DeleteModel', 200>, Done>>,
  Expect<Same<On<'QueryModel', 200>, Listed<Model>>>,
  Expect<Same<On<'GetModel', 200>, Found<Model>>>,
  Expect<Same<On<'GetModelService', 200>, Found<Service>>>,
  Expect<Same<On<'GetModelCenter', 200>, Found<Center>>>,
  Expect<Same<On<'GetUserTag', 200>, Found<UserTag>>>,
  Expect<Same<On<'GetSystemTag', 200>, Found<SystemTag>>>,
  Expect<Same<On<'AddModel', 202>, Accepted>>,
  // Of every operation.
  Expect<Same<Unreal<{ [Name in Operations]: On<Name, 200> }>, never>>,
  Expect<Same<{ [Name in Operations]: On<Name, 503> }[Operations], Failed>>,
  Expect<Same<{ [Name in Operations]: On<Name, 400> }[Operations], Failed>>,
];

const { AIOS_URL: url, AIOS_PASSWORD: password } = process.env;
assert(url && password);
const client = createClient<paths>({ baseUrl: `${url}/zstack` });

const login = await client.PUT('/v1/accounts/login', {
  body: {
    logInByAccount: {
      accountName: 'admin',
      password: createHash('sha512').update(password).digest('hex'),
    },
  },
});
assert(login.data);
const session: string = login.data.inventory.uuid;
client.use({
  onRequest: ({ request }) => {
    request.headers.set('Authorization', `OAuth ${session}`);
  },
});

const center = await client.POST('/v1/ai/model-centers', {
  body: {
    param: {
      name: 'center',
      url: 'nfs://192.0.2.7/ai',
      managementIp: '192.0.2.7',
      managementPort: 8989,
    },
  },
});
assert(center.data && 'inventory' in center.data);
const modelCenterUuid: string = center.data.inventory.uuid;
const used: number = center.data.inventory.capacity.modelUsedCapacity;
assert.equal(used, 0);

/** Adds a model with what is required, and no more. */
async function addModel(name: string): Promise<Schemas['ModelInventory']> {
  const { data, error } = await client.POST('/v1/ai/models', {
    body: { param: { name, installPath: '/models', modelCenterUuid } },
  });
  assert(data && 'inventory' in data, JSON.stringify(error));
  return data.inventory;
}

const chat = await addModel('chat');
assert.equal(chat.name, 'chat');
// The vendor is not always there.
// @ts-expect-error
export const vendor: string = chat.vendor;
assert.equal(vendor, undefined);

const full = await client.POST('/v1/ai/models', {
  body: {
    param: {
      name: 'chat larger',
      installPath: '/models/larger',
      modelCenterUuid,
      description: 'All sizes',
      size: 1024,
      recommendedGpuNum: '1,2',
      shareMode: 'Public',
    },
    userTags: ['large'],
  },
});
assert(full.data && 'inventory' in full.data);
const numbers: number[] = full.data.inventory.recommendedGpuNum;
assert.deepEqual(numbers, [1, 2]);

const added = await client.POST('/v1/ai/model-services', {
  body: {
    param: {
      name: 'service',
      yaml: 'services: []',
      requestCpu: 4,
      requestMemory: 1024,
      modelCenterUuid,
      installPath: '/services',
      startCommand: 'python3 app.py',
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'example/image' }],
      vendorToSpecUuidsMap: { NVIDIA: ['a', 'b'] },
    },
  },
});
assert(added.data && 'inventory' in added.data);
const service = added.data.inventory;
assert.deepEqual(service.vendorToSpecUuidsMap.NVIDIA, ['a', 'b']);
assert.equal(service.modelServiceImages[0]?.cpuArchitecture, 'x86_64');

const updated = await client.PUT('/v1/ai/model-services/{uuid}', {
  params: { path: { uuid: service.uuid } },
  body: { updateModelService: { type: 'App', description: 'changed' } },
});
assert(updated.data && 'inventory' in updated.data);
assert.equal(updated.data.inventory.type, 'App');
assert.equal(updated.data.inventory.description, 'changed');

const cloned = await client.POST('/v1/ai/model-services/{uuid}', {
  params: { path: { uuid: service.uuid } },
  body: { params: { name: 'clone' } },
});
assert(cloned.data && 'inventory' in cloned.data);
assert.equal(cloned.data.inventory.name, 'clone');
const clonedAsIs = await client.POST('/v1/ai/model-services/{uuid}', {
  params: { path: { uuid: service.uuid } },
});
assert(clonedAsIs.data && 'inventory' in clonedAsIs.data);
assert.equal(clonedAsIs.data.inventory.name, 'service');

const bound = await client.POST('/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}', {
  params: { path: { modelUuid: chat.uuid, modelServiceUuid: service.uuid } },
});
assert(bound.data && 'inventory' in bound.data);
assert.equal(bound.data.inventory.modelServiceRefs[0]?.modelUuid, chat.uuid);

// One condition has a comma, which a list in one parameter would take for the next condition.
const found = await client.GET('/v1/ai/models', {
  params: {
    query: { q: ['name?=chat,chat, larger', 'size=1024'], sort: '-name', replyWithCount: true },
  },
});
assert(found.data?.inventories);
assert.deepEqual(found.data.inventories, []);
assert.equal(found.data.total, 0);

const both = await client.GET('/v1/ai/models', {
  params: { query: { q: ['name~=chat%', 'size>=0'], sort: '-name', replyWithCount: true } },
});
assert.deepEqual(
  both.data?.inventories?.map(({ name }) => name),
  ['chat larger', 'chat'],
);
assert.equal(both.data?.total, 2);
const ascending = await client.GET('/v1/ai/models', {
  params: { query: { q: ['name~=chat%', 'size=1024'], sort: '+name', fields: 'uuid,name' } },
});
assert.deepEqual(ascending.data?.inventories, [
  { uuid: full.data.inventory.uuid, name: 'chat larger' },
]);
const counted = await client.GET('/v1/ai/model-services', {
  params: { query: { q: ['name=service'], count: true } },
});
assert.deepEqual(counted.data, { success: true, total: 2 });

const got = await client.GET('/v1/ai/models/{uuid}', { params: { path: { uuid: chat.uuid } } });
assert(got.data);
const [same] = got.data.inventories;
assert.equal(same?.modelServiceRefs[0]?.modelServiceUuid, service.uuid);

const rejected = await client.POST('/v1/ai/models', {
  body: { param: { name: 'x'.repeat(256), installPath: '/models', modelCenterUuid } },
});
assert(rejected.error);
const failure: { code: string; description: string; details: string } = rejected.error.error;
assert.deepEqual([rejected.response.status, failure.code], [400, 'SYS.1007']);
assert.match(failure.details, /exceeds max length/);
const absent = await client.PUT('/v1/ai/model-services/{uuid}', {
  params: { path: { uuid: '0'.repeat(32) } },
  body: { updateModelService: {} },
});
assert.equal(absent.data, undefined);
assert.deepEqual([absent.response.status, absent.error?.error.code], [503, 'SYS.1003']);

const jobUuid = crypto.randomUUID().replaceAll('-', '');
const job = await client.POST('/v1/ai/models', {
  params: { header: { 'X-Job-UUID': jobUuid } },
  body: { param: { name: 'job', installPath: '/models', modelCenterUuid } },
});
assert(job.data && 'location' in job.data);
const { location, apiTimeout }: Accepted = job.data;
assert.deepEqual([job.response.status, apiTimeout], [202, 1_800_000]);
assert.equal(location, `${url}/zstack/v1/api-jobs/${jobUuid}`);

/** The inventory of the model that the job has added. */
async function resultOf(uuid: string): Promise<Model> {
  for (let poll = 0; poll < 50; poll += 1) {
    const { data, error } = await client.GET('/v1/api-jobs/{uuid}', { params: { path: { uuid } } });
    assert(data, JSON.stringify(error));
    if ('inventory' in data) {
      assert('SAMPLE_SIZE' in data.inventory);
      return data.inventory;
    }
    await setTimeout(100);
  }
  throw new Error(`Job ${uuid} has not ended.`);
}
const result = await resultOf(jobUuid);
assert.equal(result.name, 'job');

const deleted = await client.DELETE('/v1/ai/models/{uuid}', {
  params: { path: { uuid: result.uuid }, query: { deleteMode: 'Enforcing' } },
});
assert(deleted.data);
const several = await client.DELETE('/v1/ai/models', {
  params: { query: { uuids: [chat.uuid, full.data.inventory.uuid] } },
});
assert(several.data && 'results' in several.data);
assert.deepEqual(
  several.data.results.map(({ success }) => success),
  [true, true],
);
const none = await client.GET('/v1/ai/models', { params: { query: { count: true } } });
assert.equal(none.data?.total, 0);

/** What must not compile. */
export const wrong = () => [
  // @ts-expect-error the parameters are required
  client.POST('/v1/ai/models', {}),
  // @ts-expect-error so are some of them
  client.POST('/v1/ai/models', { body: { param: { name: 'x' } } }),
  client.PUT('/v1/ai/model-services/{uuid}', {
    params: { path: { uuid: 'x' } },
    // @ts-expect-error there is no such type
    body: { updateModelService: { type: 'endpoint' } },
  }),
  // @ts-expect-error conditions are a list
  client.GET('/v1/ai/models', { params: { query: { q: 'name=x' } } }),
  client.DELETE('/v1/ai/models/{uuid}', {
    // @ts-expect-error a mode is one of two
    params: { path: { uuid: 'x' }, query: { deleteMode: 'x' } },
  }),
];
