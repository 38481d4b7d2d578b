import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/index.ts';
import { comparison } from '../support/comparison.ts';
import { temporaryFolder } from '../support/folder.ts';

const fileFor = (name: string) => join(temporaryFolder({ onTestFinished }), name);

test('the answers of version 0.7 contradict what was decided since', async () => {
  const har = fileFor('version-0.7.har');
  writeFileSync(har, gunzipSync(readFileSync('test/compare/version-0.7.har.gz')));
  const { contradicted, unasked, status, confirmed } = await comparison(undefined, { har });
  expect(contradicted.join(' ')).toBe(
    'F12 F15 F15c F16 F27 F28 F36 F36b F37 F38 F39 F40 F41 F42 F45 F46 F5 F57g F58b F60 F60a F61 F61a F62 F62a F62b F62d F62e F62f',
  );
  expect(unasked).toEqual(['F24', 'F62', 'F62c']);
  expect(confirmed.length).toBeGreaterThan(70);
  expect(status).toBe(1);
});

const MODELS = '/zstack/v1/ai/models';
const center = { name: 'center', url: 'nfs://a/b', managementIp: '10.0.0.1', managementPort: 80 };
const uuid = '52c542f0c3384b6890e08570e611d52a';

/** Records the calls of a client at a server that has a center before, in the form of another program. */
async function recorded(change: (entry: Record<string, string>) => void) {
  const record = fileFor('client.har');
  await using aios = await start({ record, seed: { modelCenters: [{ ...center, uuid }] } });
  const call = async (method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(aios.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...aios.headers, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
    return (await response.json()) as any;
  };
  await call('GET', '/zstack/v1/ai/model-centers');
  const param = { name: 'Qwen', installPath: '/a', modelCenterUuid: uuid };
  const added = await call('POST', MODELS, { param });
  await call('GET', `${MODELS}?q=modelCenter.name=center`);
  const updateModel = { name: 'Qwen 2' };
  const path = `${MODELS}/${added.inventory.uuid}`;
  const { location } = await call('PUT', path, { updateModel }, { Prefer: 'respond-async' });
  await call('GET', new URL(location).pathname);
  await call('GET', path);
  await call('GET', '/zstack/v1/vm-instances');
  const entries = () => JSON.parse(readFileSync(record, 'utf8')).log.entries;
  await expect.poll(entries).toHaveLength(7);
  const changed = entries();
  for (const { request, response } of changed) {
    request.url = request.url.replace(aios.url, 'https://aios.example.com');
    request.headers.push({ name: 'Host', value: 'aios.example.com' });
    change(response.content);
    response.content.text = Buffer.from(response.content.text).toString('base64');
    response.content.encoding = 'base64';
  }
  writeFileSync(record, JSON.stringify({ log: { entries: changed } }));
  return record;
}

test('the requests of another client are answered as in their recording', async () => {
  const har = await recorded(() => {});
  const compared = await comparison(undefined, { har });
  expect(compared.text).toContain('## 6 confirmed\n');
  expect([compared.contradicted, compared.unasked, compared.status]).toEqual([[], [], 0]);
});

test('where another server has answered otherwise, the request and the members are named', async () => {
  const har = await recorded((content) => {
    content.text = String(content.text).replace('"Custom"', '"Public"').replace('"size":0,', '');
  });
  const { text, status } = await comparison(undefined, { har });
  expect(status).toBe(1);
  expect(text).toContain('## 4 contradicted\n');
  expect(text).toContain(
    '`POST <host>/zstack/v1/ai/models`: these differ: inventory.type, inventory.size',
  );
});

test('what compare asks can be recorded, and has no session', async () => {
  const aios = await start();
  onTestFinished(aios.close);
  const har = fileFor('compared.har');
  const only = 'F1,F24a,F36,F55,F60';
  const first = await comparison(aios, { only }, { AIOS_RECORD: har });
  expect(readFileSync(har, 'utf8')).not.toContain(aios.session);
  const second = await comparison(undefined, { har });
  for (const { contradicted, unasked, confirmed } of [first, second]) {
    expect([contradicted, unasked]).toEqual([[], []]);
    expect(confirmed.toSorted().join()).toBe(only);
  }
});

test('an account is logged out at the end', async () => {
  const aios = await start({ adminPassword: 'secret' });
  onTestFinished(aios.close);
  const file = fileFor('password');
  writeFileSync(file, 'secret\n');
  const flags = { only: 'F1', account: 'admin', 'password-file': file };
  const { confirmed } = await comparison({ url: aios.url, session: '' }, flags);
  expect(confirmed).toEqual(['F1']);
  const last = (await aios.requests()).at(-1);
  expect(last).toMatchObject({ operation: 'LogOut', status: 200 });
});

test.each<[what: string, flags: Record<string, string>, sentence: RegExp]>([
  ['without a URL or a file', {}, /^compare needs either a URL or --har/],
  ['on a missing file', { har: 'none.har' }, /^The file "none\.har" can't be read/],
  ['on what is no HAR file', { har: 'package.json' }, /^This is not a HAR file: /],
])('%s nothing is compared', async (_, flags, sentence) => {
  await expect(comparison(undefined, flags)).rejects.toThrow(sentence);
});

test.each<[what: string, url: string, flags: Record<string, string>, sentence: RegExp]>([
  ['a URL', 'ftp://a', {}, /^ftp:\/\/a is not a URL such as/],
  ['a server', 'http://127.0.0.1:1', {}, /^No model center can be used there: .*"status":0/],
  ['an answer', 'http://a', { yes: 'off' }, /^Nothing was sent\. --yes/],
  ['a decision that can be asked about', 'http://a', { only: 'none' }, /^--only none: no probe/],
  ['the file of a password', 'http://a', { account: 'a' }, /^The file "" can't be read/],
  [
    'a login',
    'http://127.0.0.1:1',
    { account: 'a', 'password-file': 'package.json' },
    /logs nobody in: /,
  ],
])('without %s nothing is asked', async (_, url, flags, sentence) => {
  await expect(comparison({ url, session: '' }, flags)).rejects.toThrow(sentence);
});
