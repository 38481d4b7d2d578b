import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MarkedSecrets } from '../support/marked-secrets.ts';

async function startRecording() {
  const file = join(temporaryFolder({ onTestFinished }), 'requests.har');
  const aios = await start({ record: file, adminPassword: PASSWORD, control: false });
  onTestFinished(aios.close);
  const call = async (method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(aios.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...aios.headers, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return await response.json();
  };
  const entries = () => JSON.parse(readFileSync(file, 'utf8')).log.entries;
  return { aios, file, call, entries };
}

const secrets = new MarkedSecrets();
const PASSWORD = secrets.make('password');
const MODELS = '/zstack/v1/ai/models';

test('a recording can be read while it is written, and has requests, headers and answers', async () => {
  const { aios, file, call, entries } = await startRecording();
  expect(JSON.parse(readFileSync(file, 'utf8')).log).toMatchObject({
    version: '1.2',
    creator: { name: 'aios-model-server' },
    entries: [],
  });
  const param = { name: 'Qwen', installPath: '/é', modelCenterUuid: 'a'.repeat(32) };
  const added = await call('POST', `${MODELS}?a=1&a=2`, { param }, { 'X-JSON-Schema': 'true' });
  await expect.poll(entries).toHaveLength(1);
  const list = await call('GET', `${MODELS}?q=name%3DQw%25n`);
  await expect.poll(entries).toHaveLength(2);
  await call('GET', '/_aios/health');
  await call('DELETE', `${MODELS}/a/b/c`);
  await expect.poll(entries).toHaveLength(3);

  const [first, second, third] = entries();
  expect(first.request).toMatchObject({
    method: 'POST',
    url: `${aios.url}${MODELS}?a=1&a=2`,
    headers: expect.arrayContaining([
      { name: 'x-json-schema', value: 'true' },
      { name: 'authorization', value: '***' },
    ]),
  });
  expect(JSON.parse(first.request.postData.text)).toEqual({ param });
  expect(JSON.parse(first.response.content.text)).toEqual(added);
  expect(second.request.url).toBe(`${aios.url}${MODELS}?q=name%3DQw%25n`);
  expect(JSON.parse(second.response.content.text)).toEqual(list);
  expect([first, second, third].map(({ response }) => response.status)).toEqual([200, 200, 404]);
});

test('a recording has no secret, and only its owner can read it', async () => {
  const { aios, file, call, entries } = await startRecording();
  secrets.add('session', aios.session);
  const digest = secrets.make('digest');
  const token = secrets.make('token');
  const logInByAccount = { accountName: 'admin', password: digest };
  await call('PUT', '/zstack/v1/accounts/login', { logInByAccount });
  const other = secrets.makeUuid('other session');
  await call('GET', `/zstack/v1/accounts/sessions/${other}/valid`);
  await call('POST', MODELS, { param: { token } }, { Cookie: secrets.make('cookie') });
  await call('GET', `${MODELS}?token=${token}&q=token=${token}&q=uuid=${aios.session}`);
  const message = { session: { uuid: aios.session }, token };
  await call('POST', '/zstack/api/', { 'org.zstack.ai.message.APIAddModelMsg': message });
  const secret = secrets.make('hook');
  const hook = `http://user:${secret}@127.0.0.1:1/done?key=${secret}`;
  await call('POST', MODELS, { param: {} }, { 'X-Web-Hook': hook });
  await expect.poll(entries).toHaveLength(6);
  expect(entries()[5].request.headers).toContainEqual({
    name: 'x-web-hook',
    value: 'http://***@127.0.0.1:1/done?***',
  });
  expect(secrets.foundIn(readFileSync(file, 'utf8'))).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that cannot be written ends the start with the name of the setting', async () => {
  await expect(start({ record: '/none/requests.har' })).rejects.toThrow(/^AIOS_RECORD=\/none/);
});
