import { describe, expect, test } from 'vitest';
import { openReceiver } from '../support/hook-receiver.ts';
import { credentials, INITIAL_DIGEST, LOGIN } from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  createDataset,
  deployModelService,
  requiredModelParams,
} from '../support/resources.ts';
import { API, ROOT, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const WANTED = { 'x-json-schema': 'true' };
const AI = 'org.zstack.ai.entity';

const shared = sharedServer({ hookTiming: { first: 5 } });

describe('the classes of an answer (F36)', () => {
  test('are those of each object with its path, parents before children', async () => {
    const server = shared();
    const image = (cpuArchitecture: string) => ({ cpuArchitecture, dockerImage: 'a' });
    const architectureImages = [image('x86_64'), image('aarch64')];
    const { uuid: service } = await addModelService(server, { architectureImages });
    await addModel(server, { modelServiceUuids: [service] });
    const { uuid: center } = await addModelCenter(server);
    const { uuid: dataset } = await createDataset(server);
    const group = await deployModelService(server, { datasetUuids: [dataset] }, service);
    const tag = { resourceType: 'ModelServiceVO', resourceUuid: service, tag: 'a' };
    const headers = WANTED;
    for (const kind of ['user', 'system'])
      await server.post(`${ROOT}/${kind}-tags`, { params: tag }, { headers });

    expect((await server.get(`${API}/model-services`)).body).not.toHaveProperty('schema');
    const ofService = (path: string) => [
      [path, `${AI}.ModelServiceInventory`],
      [`${path}.modelServiceRefs[0]`, `${AI}.ModelServiceRefInventory`],
      [`${path}.modelServiceImages[0]`, `${AI}.ModelServiceImageInventory`],
      [`${path}.modelServiceImages[1]`, `${AI}.ModelServiceImageInventory`],
    ];
    const ofCenter = [
      ['inventories[0]', `${AI}.ModelCenterInventory`],
      ['inventories[0].capacity', `${AI}.ModelCenterCapacityInventory`],
    ];
    const services = `${API}/model-services`;
    const cases: [what: string, answer: ReturnType<Server['get']>, schema: string[][]][] = [
      [
        'a list',
        server.get(`${services}?q=uuid=${service}`, { headers }),
        ofService('inventories[0]'),
      ],
      ['a get', server.get(`${API}/model-centers/${center}`, { headers }), ofCenter],
      [
        'some fields',
        server.get(`${services}?q=uuid=${service}&fields=name`, { headers }),
        ofService('inventories[0]').slice(0, 1),
      ],
      [
        'a dataset',
        server.put(
          `${API}/datasets`,
          { updateDatasets: { updateDatasetStructs: [{ uuid: dataset }] } },
          { headers },
        ),
        [['inventories[0]', `${AI}.DatasetInventory`]],
      ],
      [
        'a deployment',
        server.get(`${services}/instances/groups/${group.uuid}`, { headers }),
        [
          ['inventories[0]', `${AI}.ModelServiceInstanceGroupInventory`],
          ['inventories[0].instances[0]', `${AI}.ModelServiceInstanceInventory`],
          ['inventories[0].datasetRefInventories[0]', `${AI}.ModelServiceGroupDatasetRefInventory`],
        ],
      ],
      ['nothing', server.get(`${services}/${newUuid()}`, { headers }), []],
      [
        'a write',
        server.put(`${services}/${service}`, { updateModelService: {} }, { headers }),
        ofService('inventory'),
      ],
      [
        'a login',
        server.put(LOGIN, credentials(INITIAL_DIGEST), { headers, session: null }),
        [['inventory', 'org.zstack.header.identity.SessionInventory']],
      ],
      ...['User', 'System'].map((kind): (typeof cases)[number] => [
        `a ${kind} tag`,
        server.get(`${ROOT}/${kind.toLowerCase()}-tags`, { headers }),
        [['inventories[0]', `org.zstack.header.tag.${kind}TagInventory`]],
      ]),
    ];
    for (const [what, answer, schema] of cases) {
      const { status, body } = await answer;
      expect(status, what).toBe(200);
      expect(Object.entries(body.schema), what).toEqual(schema);
    }
  });

  test('are in no answer without inventories', async () => {
    const server = shared();
    const headers = WANTED;
    for (const { body } of [
      await server.get(`${MODELS}?count=true`, { headers }),
      await server.delete(`${MODELS}/${newUuid()}`, undefined, { headers }),
      await server.get(`${MODELS}?q=nonsense`, { headers }),
    ])
      expect(body).not.toHaveProperty('schema');
  });

  test.for([
    { ofWrite: {}, ofPoll: {}, inPoll: false, inHook: false },
    { ofWrite: WANTED, ofPoll: {}, inPoll: true, inHook: true },
    { ofWrite: {}, ofPoll: WANTED, inPoll: true, inHook: false },
    { ofWrite: WANTED, ofPoll: WANTED, inPoll: true, inHook: true },
  ])('are in what the write or the poll of a job wants: $ofWrite $ofPoll', async (row) => {
    const { ofWrite, ofPoll, inPoll, inHook } = row;
    const server = shared();
    const receiver = await openReceiver();
    const uuid = newUuid();
    const headers = { 'x-job-uuid': uuid, 'x-web-hook': receiver.url, ...ofWrite };
    await server.post(MODELS, { param: requiredModelParams }, { headers });
    const { body } = await server.get(`${ROOT}/api-jobs/${uuid}`, { headers: ofPoll });
    await receiver.called(1);
    const hook = JSON.parse(receiver.calls[0]?.body ?? '');
    const schema = { inventory: `${AI}.ModelInventory` };
    expect(body.schema).toEqual(inPoll ? schema : undefined);
    expect(hook.schema).toEqual(inHook ? schema : undefined);
    expect(hook.inventory).toEqual(body.inventory);
  });

  test('are in an inline answer with a named job, and in its result', async () => {
    const server = await startServer({ reply: { mode: 'inline', publicUrl: '' } });
    const uuid = newUuid();
    const headers = { 'x-job-uuid': uuid, ...WANTED };
    const { body } = await server.post(MODELS, { param: requiredModelParams }, { headers });
    expect(Object.keys(body)).toEqual(['success', 'inventory', 'schema']);
    expect((await server.get(`${ROOT}/api-jobs/${uuid}`)).body).toEqual(body);
  });
});
