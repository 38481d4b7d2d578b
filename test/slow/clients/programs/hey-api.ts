import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { client } from './generated/client.gen.ts';
import type * as sdk from './generated/sdk.gen.ts';
import {
  addModel,
  addModelCenter,
  deleteModel,
  deleteModels,
  getJob,
  getModel,
  logInByAccount,
  queryModel,
  updateModelService,
} from './generated/sdk.gen.ts';
import type * as Types from './generated/types.gen.ts';
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

type Sdk = typeof sdk;
type Operations = keyof Sdk;
type ResultOf<Name extends Operations> = Awaited<ReturnType<Sdk[Name]>>;
type ErrorOf<Result> = Result extends { error: infer Failure } ? Failure : never;

export type Assertions = [
  Expect<Same<Types.ErrorCode, WireError>>,
  Expect<Same<Types.ModelServiceInventory, Service>>,
  Expect<Same<Types.ModelInventory, Model>>,
  Expect<Same<Types.ModelCenterInventory, Center>>,
  Expect<Same<Types.SessionInventory, Session>>,
  Expect<Same<Types.UserTagInventory, UserTag>>,
  Expect<Same<Types.SystemTagInventory, SystemTag>>,
  Expect<Same<Types.AddModelCenterResponses[200], One<Center>>>,
  Expect<Same<Types.AddModelResponses[200], One<Model>>>,
  Expect<Same<Types.AddModelServiceResponses[200], One<Service>>>,
  Expect<Same<Types.UpdateModelServiceResponses[200], One<Service>>>,
  Expect<Same<Types.CloneModelServiceResponses[200], One<Service>>>,
  Expect<Same<Types.BindModelToServiceResponses[200], One<Service>>>,
  Expect<Same<Types.DeleteModelResponses[200], Done>>,
  Expect<Same<Types.QueryModelResponses[200], Listed<Model>>>,
  Expect<Same<Types.GetModelResponses[200], Found<Model>>>,
  Expect<Same<Types.GetModelServiceResponses[200], Found<Service>>>,
  Expect<Same<Types.GetModelCenterResponses[200], Found<Center>>>,
  Expect<Same<Types.GetUserTagResponses[200], Found<UserTag>>>,
  Expect<Same<Types.GetSystemTagResponses[200], Found<SystemTag>>>,
  Expect<Same<Types.AddModelResponses[202], Accepted>>,
  // Of every operation.
  Expect<Same<Unreal<{ [Name in Operations]: NonNullable<ResultOf<Name>['data']> }>, never>>,
  Expect<Same<{ [Name in Operations]: ErrorOf<ResultOf<Name>> }[Operations], Failed | undefined>>,
];

const { AIOS_URL: url, AIOS_PASSWORD: password } = process.env;
assert(url && password);
client.setConfig({ baseUrl: `${url}/zstack` });

const login = await logInByAccount({
  body: {
    logInByAccount: {
      accountName: 'admin',
      password: createHash('sha512').update(password).digest('hex'),
    },
  },
});
assert(login.data);
const session: string = login.data.inventory.uuid;
client.setConfig({ auth: `OAuth ${session}` });

const center = await addModelCenter({
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

const small = await addModel({
  body: { param: { name: 'chat', installPath: '/models', modelCenterUuid } },
});
assert(small.data && 'inventory' in small.data);
const chat = small.data.inventory;
assert.equal(chat.name, 'chat');
// The vendor is not always there.
// @ts-expect-error
export const vendor: string = chat.vendor;
assert.equal(vendor, undefined);

const full = await addModel({
  body: {
    param: { name: 'chat larger', installPath: '/models/larger', modelCenterUuid, size: 1024 },
    userTags: ['large'],
  },
});
assert(full.data && 'inventory' in full.data);

// Joined to one parameter, the second condition would be one more name, and `chat` be found.
const neither = await queryModel({
  query: { q: ['name?=chat,other', 'size=1024'], replyWithCount: true },
});
assert.deepEqual(neither.data, { success: true, inventories: [], total: 0 });

const both = await queryModel({
  query: { q: ['name~=chat%', 'size>=0'], sort: '-name', replyWithCount: true },
});
assert.deepEqual(
  both.data?.inventories?.map(({ name }) => name),
  ['chat larger', 'chat'],
);
assert.equal(both.data?.total, 2);
const got = await getModel({ path: { uuid: chat.uuid } });
assert.equal(got.data?.inventories[0]?.uuid, chat.uuid);

const absent = await updateModelService({
  path: { uuid: '0'.repeat(32) },
  body: { updateModelService: {} },
});
assert.equal(absent.data, undefined);
assert.deepEqual([absent.response.status, absent.error?.error.code], [503, 'SYS.1003']);

const jobUuid = crypto.randomUUID().replaceAll('-', '');
const job = await addModel({
  headers: { 'X-Job-UUID': jobUuid },
  body: { param: { name: 'job', installPath: '/models', modelCenterUuid } },
});
assert(job.data && 'location' in job.data);
const { location, apiTimeout }: Accepted = job.data;
assert.deepEqual([job.response.status, apiTimeout], [202, 1_800_000]);
assert.equal(location, `${url}/zstack/v1/api-jobs/${jobUuid}`);

/** The inventory of the model that the job has added. */
async function resultOf(uuid: string): Promise<Model> {
  for (let poll = 0; poll < 50; poll += 1) {
    const { data, error } = await getJob({ path: { uuid } });
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

const deleted = await deleteModel({
  path: { uuid: result.uuid },
  query: { deleteMode: 'Enforcing' },
});
assert(deleted.data);
const several = await deleteModels({ query: { uuids: [chat.uuid, full.data.inventory.uuid] } });
assert(several.data && 'results' in several.data);
assert.deepEqual(
  several.data.results.map(({ success }) => success),
  [true, true],
);
const none = await queryModel({ query: { count: true } });
assert.equal(none.data?.total, 0);

/** What must not compile. */
export const wrong = () => [
  // @ts-expect-error the parameters are required
  addModel({}),
  // @ts-expect-error so are some of them
  addModel({ body: { param: { name: 'x' } } }),
  updateModelService({
    path: { uuid: 'x' },
    // @ts-expect-error there is no such type
    body: { updateModelService: { type: 'endpoint' } },
  }),
  // @ts-expect-error conditions are a list
  queryModel({ query: { q: 'name=x' } }),
  // @ts-expect-error a mode is one of two
  deleteModel({ path: { uuid: 'x' }, query: { deleteMode: 'x' } }),
];
