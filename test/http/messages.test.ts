import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { credentials, digestOf } from '../support/logins.ts';
import { noResources } from '../support/records.ts';
import { addModel, requiredModelParams } from '../support/resources.ts';
import {
  API,
  type CallOptions,
  recordingLogger,
  SESSION,
  type Server,
  startServer,
} from '../support/server.ts';

const DOOR = '/zstack/api/';
const MESSAGE = 'org.zstack.ai.message.APIQueryModelMsg';
const session = { uuid: SESSION };

async function send(server: Server, body: unknown, options: CallOptions = { session: null }) {
  const answer = await server.post(DOOR, body, options);
  const { state, result } = answer.body;
  return { status: answer.status, state, body: answer.body, result: result && JSON.parse(result) };
}

const failed = (reply: string, code: string, details: unknown) => ({
  status: 200,
  state: 'Done',
  result: { [reply]: { success: false, error: expect.objectContaining({ code, details }) } },
});

test('a message needs a session in its body, and nowhere else', async () => {
  const server = await startServer();
  const reply = 'org.zstack.ai.message.APIQueryModelReply';
  const expected: [object, object][] = [
    [{}, failed(reply, 'ID.1001', `session of message[${MESSAGE}] is null`)],
    [{ session: null }, failed(reply, 'ID.1001', `session of message[${MESSAGE}] is null`)],
    [{ session: {} }, failed(reply, 'ID.1001', 'session uuid is null')],
    [{ session: { uuid: 'x' } }, failed(reply, 'ID.1001', 'Session expired')],
    [{ session }, { status: 200, result: { [reply]: { success: true, inventories: [] } } }],
  ];
  for (const [fields, answer] of expected) {
    expect(await send(server, { [MESSAGE]: fields })).toMatchObject(answer);
  }
  const header = await send(server, { [MESSAGE]: {} }, { session: SESSION });
  expect(header).toMatchObject(failed(reply, 'ID.1001', expect.stringContaining('is null')));
  const open = await startServer({ access: { required: false } });
  expect(await send(open, { [MESSAGE]: {} })).toMatchObject({ result: { [reply]: {} } });
});

test('what is no message is rejected', async () => {
  const server = await startServer();
  for (const body of [undefined, [], {}, { a: {}, b: {} }, { [MESSAGE]: null }, { [MESSAGE]: 1 }]) {
    const { status, body: answer } = await send(server, body);
    expect([status, answer.error.code]).toEqual([400, 'SYS.1007']);
  }
  const event = 'org.zstack.header.message.APIEvent';
  for (const name of ['APINoneMsg', 'toString', 'org.zstack.ai.message.APIGetModelMsg']) {
    const details = `no message of the class[${name}]`;
    expect(await send(server, { [name]: {} })).toMatchObject(failed(event, 'SYS.1007', details));
  }
  expect((await server.get(DOOR)).status).toBe(405);
  const { status, body } = await server.get('/zstack/api/result/none', { session: null });
  expect([status, body.error.details]).toEqual([404, 'the job has been expired']);
});

test('invalid parameters are the operation’s failures', async () => {
  const server = await startServer();
  const add = 'org.zstack.ai.message.APIAddModel';
  const remove = 'org.zstack.ai.message.APIDeleteModel';
  const query = 'org.zstack.ai.message.APIQueryModel';
  const missing = (field: string, type: string) =>
    `field[${field}] of message[${type}Msg] is mandatory, can not be null`;
  const cases: [string, string, object, string, unknown][] = [
    [add, 'Event', {}, 'SYS.1007', missing('name', add)],
    [remove, 'Event', {}, 'SYS.1007', missing('uuid', remove)],
    [remove, 'Event', { uuid: 'x' }, 'SYS.1003', expect.stringContaining('[x]')],
    [
      query,
      'Reply',
      { conditions: [{ name: 'name', op: '~', value: 'x' }] },
      'SYS.1007',
      expect.stringContaining('is not null'),
    ],
    [
      query,
      'Reply',
      { conditions: [{ name: 'nothing', op: '=', value: 'x' }] },
      'SYS.1000',
      expect.stringContaining('[nothing]'),
    ],
    [query, 'Reply', { conditions: 'name=x' }, 'SYS.1007', expect.stringContaining('conditions')],
    [
      query,
      'Reply',
      { conditions: Array(101).fill({ name: 'name', op: '=', value: 'x' }) },
      'SYS.1007',
      expect.anything(),
    ],
    [
      query,
      'Reply',
      { sortBy: 'name', sortDirection: 'up' },
      'SYS.1007',
      expect.stringContaining('sortDirection'),
    ],
    [
      query,
      'Reply',
      { sortBy: 'name', sortDirection: '' },
      'SYS.1007',
      expect.stringContaining('are [asc, desc], but  found'),
    ],
    ...['sortBy', 'sortDirection', 'fields'].map(
      (field): [string, string, object, string, unknown] => [
        query,
        'Reply',
        { [field]: {} },
        'SYS.1007',
        expect.stringContaining(`[${field}`),
      ],
    ),
    [
      query,
      'Reply',
      { conditions: [{ name: 'name', op: '=', value: {} }] },
      'SYS.1007',
      expect.stringContaining('value]'),
    ],
    [query, 'Reply', { limit: -1 }, 'SYS.1007', expect.stringContaining('limit')],
    [query, 'Reply', { limit: { toString: 1 } }, 'SYS.1007', expect.stringContaining('limit')],
  ];
  for (const [type, kind, fields, code, details] of cases) {
    const answer = await send(server, { [`${type}Msg`]: { session, ...fields } });
    expect(answer).toMatchObject(failed(type + kind, code, details));
  }
});

test('null is an absent parameter', async () => {
  const server = await startServer();
  const names = ['conditions', 'limit', 'start', 'count', 'sortBy', 'sortDirection', 'fields'];
  const fields = Object.fromEntries(names.map((name) => [name, null]));
  const { result } = await send(server, { [MESSAGE]: { session, ...fields } });
  const reply = 'org.zstack.ai.message.APIQueryModelReply';
  expect(result).toEqual({ [reply]: { success: true, inventories: [] } });
});

test('parameters of the REST API are unknown to a message (F43)', async () => {
  const { logger, lines } = recordingLogger('warn');
  const parameters = { q: ['name=x'], sort: '-name', 'q[]': 'name=x' };
  const body = { [MESSAGE]: { session, ...parameters } };
  const reply = 'org.zstack.ai.message.APIQueryModelReply';
  const ignoring = await startServer({ logger });
  await addModel(ignoring);
  const { result } = await send(ignoring, body);
  expect(result[reply].inventories).toHaveLength(1);
  expect(lines.map((line) => JSON.parse(line).parameter)).toEqual(Object.keys(parameters));
  const rejecting = await startServer({ unknownFields: 'reject' });
  const details = `parameter[q] is not a parameter of message[${MESSAGE}]`;
  expect(await send(rejecting, body)).toMatchObject(failed(reply, 'SYS.1007', details));
});

test('faults, journal and metrics see the operation; secrets stay out', async () => {
  const server = await startServer({ control: { seed: noResources } });
  const faults = (fault: object) =>
    server.put('/_aios/faults', { faults: [{ operation: 'QueryModel', ...fault }] });
  const reply = 'org.zstack.ai.message.APIQueryModelReply';
  await faults({ error: { code: 'SYS.1006', details: 'no' } });
  const body = { [MESSAGE]: { session } };
  expect(await send(server, body)).toMatchObject(failed(reply, 'SYS.1006', 'no'));
  await faults({ status: 502 });
  expect((await send(server, body)).status).toBe(502);

  const login = 'org.zstack.header.identity.APILogInByAccountMsg';
  const loggedIn = await send(server, {
    [login]: credentials(digestOf('password')).logInByAccount,
  });
  const { uuid } = loggedIn.result['org.zstack.header.identity.APILogInReply'].inventory;
  const { body: journal } = await server.get('/_aios/requests');
  expect(journal.requests.map((each: { operation: string }) => each.operation)).toEqual([
    'QueryModel',
    'QueryModel',
    'LogInByAccount',
  ]);
  for (const secret of [SESSION, uuid, digestOf('password')]) {
    expect(JSON.stringify(journal)).not.toContain(secret);
  }
  const { headers } = await server.get(`${API}/models`);
  expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
});

test('a write whose job ends later is counted as a job', async () => {
  const server = await startServer({ control: { seed: noResources } });
  await server.put('/_aios/jobs', { atPoll: 2 });
  const deletion = { session, uuid: '0a1b2c3d4e5f40718293a4b5c6d7e8f9' };
  const type = 'org.zstack.ai.message.APIDeleteModel';
  const { body } = await send(server, { [`${type}Msg`]: deletion });
  expect(body).toMatchObject({ uuid: expect.stringMatching(/^\w{32}$/), state: 'Processing' });
  const poll = () => server.get(`/zstack/api/result/${body.uuid}`, { session: null });
  expect((await poll()).body).toEqual(body);
  const result = JSON.stringify({ [`${type}Event`]: { success: true } });
  expect((await poll()).body).toMatchObject({ state: 'Done', result });
  const metrics = await fetch(`${server.url}/_aios/metrics`, {
    headers: { authorization: `OAuth ${SESSION}` },
  });
  const counted = 'aios_jobs_total{operation="DeleteModel",outcome="succeeded"} 1';
  expect(await metrics.text()).toContain(counted);
});

test('a message of sessions is done at once while other writes wait', async () => {
  const server = await startServer({ control: { seed: noResources } });
  await server.put('/_aios/jobs', { atPoll: 2 });
  const type = 'org.zstack.header.identity.APIRenewSession';
  const login = 'org.zstack.header.identity.APILogInByAccountMsg';
  const { result } = await send(server, {
    [login]: credentials(digestOf('password')).logInByAccount,
  });
  const { uuid } = result['org.zstack.header.identity.APILogInReply'].inventory;
  const renewal = await send(server, { [`${type}Msg`]: { session: { uuid }, sessionUuid: uuid } });
  expect(renewal).toMatchObject({
    state: 'Done',
    result: { [`${type}Event`]: { success: true, inventory: { uuid } } },
  });
});

test('calls that clients make first need no session', async () => {
  const server = await startServer();
  const open = { session: null };
  const nodes = '/zstack/v1/management-nodes';
  const version = await server.put(`${nodes}/actions`, { getVersion: {} }, open);
  expect(version.body).toEqual({ success: true, version: '5.5.22' });
  const ready = await server.get(`${nodes}/ready`, open);
  expect(ready.body).toEqual({
    success: true,
    managementNodeId: expect.stringMatching(/^\w{32}$/),
  });
  const isReady = 'org.zstack.header.apimediator.APIIsReadyToGo';
  expect((await send(server, { [`${isReady}Msg`]: {} })).result).toEqual({
    [`${isReady}Reply`]: { success: true, managementNodeId: ready.body.managementNodeId },
  });
  expect((await server.put(`${nodes}/actions`, { restart: {} }, open)).status).toBe(400);
});

test('large bodies of messages take no place of those of sessions', async () => {
  const server = await startServer({ limits: { bodyBytes: 400_000 } });
  const { hostname, port } = new URL(server.url);
  const head = `POST ${DOOR} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`;
  const sockets = Array.from({ length: 4 }, () => connect(Number(port), hostname));
  for (const socket of sockets) {
    onTestFinished(() => void socket.destroy());
    socket.write(`${head}"${'x'.repeat(90_000)}`);
  }
  await once(sockets.at(-1) as Socket, 'data');
  const param = { ...requiredModelParams, introduction: 'x'.repeat(90_000) };
  expect((await server.post(`${API}/models`, { param })).status).toBe(200);
});
