import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { hangUp, openReceiver } from '../support/hook-receiver.ts';
import { credentials, digestOf, LOGIN, sessionPath } from '../support/logins.ts';
import { MarkedSecrets } from '../support/marked-secrets.ts';
import { type Launch, launch, type Program } from '../support/process.ts';
import { exchange, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import {
  requiredCenterParams,
  requiredModelParams,
  requiredServiceParams,
} from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';

const MODELS = `${API}/models`;
const KEY_ID = 'AKIDEXAMPLE';

const counted = { secrets: 0, requests: 0, 'lines read': 0, found: 0 };

/** A module that makes a program log as on a terminal, and break at a request with the header `x-break`. */
function preload(context: Finishing, isTerminal: boolean): string {
  const file = join(temporaryFolder(context), 'preload.cjs');
  writeFileSync(
    file,
    `if (${isTerminal}) Object.defineProperty(process.stdout, 'isTTY', { value: true });
    const { Server } = require('node:http');
    const emit = Server.prototype.emit;
    Server.prototype.emit = function (event, request, response) {
      if (event === 'request' && request.headers['x-break']) throw new Error('a bug in a handler');
      return emit.apply(this, arguments);
    };`,
  );
  return file;
}

interface Given {
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  raw?: string;
}

/** A program with secrets in its settings, and a client of it. */
async function start(context: Finishing, isTerminal: boolean) {
  const secrets = new MarkedSecrets();
  const adminPassword = secrets.make('AIOS_ADMIN_PASSWORD');
  const session = secrets.makeUuid('AIOS_SESSION');
  const keySecret = secrets.make('AIOS_ACCESS_KEY');
  const cwd = temporaryFolder(context);
  writeFileSync(join(cwd, 'password'), `${adminPassword}\n`);
  const seed = { models: [{ ...requiredModelParams, uuid: newUuid() }] };
  writeFileSync(join(cwd, 'seed.json'), JSON.stringify(seed));
  const env = {
    AIOS_PORT: '0',
    AIOS_LOG_LEVEL: 'trace',
    AIOS_CONTROL: 'on',
    AIOS_ADMIN_PASSWORD_FILE: 'password',
    AIOS_SESSION: session,
    AIOS_ACCESS_KEY: `${KEY_ID}:${keySecret}`,
    AIOS_SEED_FILE: 'seed.json',
  };
  const program = await launch(context, {
    cwd,
    env: { ...env, NODE_OPTIONS: `--require=${preload(context, isTerminal)}` },
  });
  expect(program.stderr()).toBe('');

  /** Sends a request; `undefined` where the connection was cut. */
  async function send(method: string, path: string, { headers = {}, body, raw }: Given = {}) {
    counted.requests++;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(program.url + path, {
      method,
      headers: {
        authorization: `OAuth ${session}`,
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    }).catch(() => undefined);
    return response && { status: response.status, text: await response.text() };
  }

  /** Logs in and marks the session. */
  async function begin(): Promise<string> {
    const answer = await send('PUT', LOGIN, { body: credentials(digestOf(adminPassword)) });
    expect(answer?.status).toBe(200);
    return secrets.add('a session', JSON.parse(answer?.text ?? '').inventory.uuid);
  }

  return { secrets, adminPassword, session, keySecret, cwd, env, program, send, begin };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Logins that succeed and fail, with passwords in every place where one might be typed. */
async function logInEverywhere({ secrets, send, begin, adminPassword }: Started): Promise<void> {
  await begin();
  const secret = () => secrets.make('a wrong password');
  const wrapped = (password: unknown, more: object = {}) => ({
    logInByAccount: { accountName: 'admin', password, ...more },
  });
  for (const body of [
    wrapped(digestOf(secret())),
    wrapped(secret()),
    wrapped(adminPassword),
    wrapped([secret()]),
    wrapped({ value: secret() }),
    wrapped(`${secret()}\0`),
    wrapped(digestOf('x'), { token: secret(), newPassword: secret() }),
    { password: secret(), logInByAccount: {} },
    { logInByAccount: secret() },
    { logInByAccount: [{ password: secret() }] },
    { logInByAccount: { accountName: ['admin'], password: secret() } },
  ]) {
    await send('PUT', LOGIN, { body });
  }
  for (const raw of [
    `{"logInByAccount":{"accountName":"admin","password":"${secret()}"`,
    `{"logInByAccount":{"accountName":"admin","password":"${secret()}"x}}`,
    `{"logInByAccount":{"accountName":"admin","password":${secret()}}}`,
    `${secret()}{`,
    `password=${secret()}`,
    `{"password":"${secret().repeat(10_000)}"}`,
  ]) {
    await send('PUT', LOGIN, { raw });
    await send('PUT', LOGIN, {
      raw,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }
  await send('PUT', `${LOGIN}?password=${secret()}&accountName=admin`, { body: {} });
  await send('PUT', LOGIN, { body: {}, headers: { authorization: `Basic ${secret()}` } });
  await send('PUT', LOGIN, { body: {}, headers: { 'x-api-timeout': secret() } });
}

/** Sessions from beginning to end, in every path that names one. */
async function useSessions({ send, begin }: Started): Promise<void> {
  const uuid = await begin();
  const own = { authorization: `OAuth ${uuid}` };
  const path = sessionPath(uuid);
  const renewal = { renewSession: { duration: 100 } };
  await send('GET', MODELS, { headers: own });
  await send('GET', `${path}/valid`);
  for (const given of [
    { body: renewal, headers: own },
    { body: renewal },
    { body: { renewSession: { duration: uuid } } },
    { body: renewal, headers: { 'x-job-uuid': newUuid() } },
  ]) {
    await send('PUT', `${path}/renew`, given);
  }
  for (const query of ['session', 'sessionUuid', 'sessionId', 'q', 'fields']) {
    await send('GET', `${MODELS}?${query}=${uuid}`, { headers: own });
  }
  for (const [method, target, body] of [
    ['GET', `${path}/`],
    ['GET', `${path}/%zz`],
    ['GET', `${path}/valid?${'x'.repeat(70_000)}`],
    ['PATCH', path],
    ['POST', path, {}],
    ['GET', `${ROOT}//accounts//sessions//${uuid}/valid`],
    ['GET', `${ROOT}/%61ccounts/sessions/${uuid}/valid`],
  ] as const) {
    await send(method, target, { body });
  }
  await send('DELETE', path);
  // It is still sent after it has ended.
  await send('GET', MODELS, { headers: own });
  await send('POST', MODELS, { headers: { ...own, prefer: 'respond-async' }, body: {} });
  await send('DELETE', path);
}

/** Models' tokens, and secrets in headers, queries, paths and hooks. */
async function writeAndAsk(
  { secrets, send, session, keySecret, program }: Started,
  context: Finishing,
): Promise<void> {
  const token = () => secrets.make('a token');
  const model = (more: object) => ({ param: { ...requiredModelParams, ...more } });
  const added = await send('POST', MODELS, { body: model({ token: token() }) });
  expect(added?.status).toBe(200);
  const { uuid } = JSON.parse(added?.text ?? '').inventory;
  for (const body of [
    model({ token: token(), size: 'x' }),
    model({ token: [token()] }),
    model({ token: { value: token() } }),
    model({ token: `${token()}\0` }),
    model({ token: token(), modelServiceUuids: [newUuid()] }),
    model(
      Object.fromEntries(
        ['Token', 'access_token', 'apiKey', 'secret', 'authorization'].map((n) => [n, token()]),
      ),
    ),
    { token: token(), ...model({}) },
    [token()].map((each) => ({ token: each })),
  ]) {
    for (const headers of [{}, { prefer: 'respond-async' }, { 'x-job-uuid': newUuid() }]) {
      await send('POST', MODELS, { body, headers });
    }
  }
  await send('PUT', `${MODELS}/${uuid}`, { body: { updateModel: { token: token(), name: 'b' } } });
  await send('POST', MODELS, { raw: `{"param":{"token":"${token()}"` });
  await send('POST', MODELS, { raw: `{"param":{"token":${token()}}}` });
  await send('POST', `${API}/model-services`, {
    body: { param: { ...requiredServiceParams, token: token() } },
  });
  await send('POST', `${API}/model-centers`, {
    body: { param: { ...requiredCenterParams, password: token() } },
  });

  for (const name of ['token', 'password', 'secret', 'authorization']) {
    await send('GET', `${MODELS}?${name}=${token()}`);
    await send('GET', `${MODELS}?${name}=${token()}&${name}=${token()}`);
    await send('GET', `${MODELS}?q=${name}=${token()}`);
    await send('GET', `${MODELS}?q=${name}~=%25${token()}`);
    await send('DELETE', `${MODELS}?uuids=x&${name}=${token()}`);
  }
  for (const scheme of ['Basic', 'Bearer', 'oauth', 'OAuth', 'ZStack', '']) {
    const authorization = `${scheme} ${token()}`;
    await send('GET', MODELS, { headers: { authorization } });
    await send('POST', MODELS, { headers: { authorization, prefer: 'respond-async' }, body: {} });
    await send('GET', '/_aios/metrics', { headers: { authorization } });
  }
  const api = ['x-api-key', 'x-api-timeout', 'x-job-uuid', 'x-web-hook'];
  for (const name of [...api, 'cookie', 'content-type']) {
    await send('GET', MODELS, { headers: { [name]: token() } });
    await send('POST', MODELS, { headers: { [name]: token() }, body: {} });
  }

  const receiver = await openReceiver(hangUp, { context });
  for (const base of [receiver.url, 'http://127.0.0.1:1', 'http://203.0.113.1', 'http://[bad']) {
    const url = `${base.replace('//', `//user:${token()}@`)}/${token()}?token=${token()}`;
    await send('POST', MODELS, { headers: { 'x-web-hook': url }, body: model({ token: token() }) });
    await send('POST', MODELS, { headers: { 'x-web-hook': url }, body: {} });
  }
  // Some calls that fail.
  await receiver.called(1);

  const date = new Date().toUTCString();
  for (const [id, secret] of [
    [KEY_ID, keySecret],
    [KEY_ID, token()],
    [token(), keySecret],
  ] as const) {
    for (const method of ['GET', 'POST']) {
      const text = `${method}\n${date}\n/v1/ai/models`;
      const signature = secrets.add(
        'a signature',
        createHmac('sha1', secret).update(text).digest('base64'),
      );
      const headers = { date, authorization: `ZStack ${id}:${signature}` };
      await send(method, MODELS, { headers, ...(method === 'POST' && { body: {} }) });
    }
  }
  for (const before of ['/', '/zstack/', '/%zz', '/_aios/', '/docs/static/']) {
    const path = `${before}${token()}${before === '/zstack/' ? '/%zz' : ''}`;
    await send('GET', path);
    await send('POST', path, { body: {} });
  }
  for (const bytes of [
    `${token()}\r\n\r\n`,
    rawRequest('GET', `http://user:${token()}@localhost${MODELS}`),
    rawRequest('GET', '/', { Host: token() }),
    rawRequest('GET', '/', { [`bad ${token()}`]: token() }),
    rawRequest('POST', MODELS, { 'Transfer-Encoding': token() }),
  ]) {
    counted.requests++;
    await exchange(program.url, bytes);
  }
  expect(session).toHaveLength(32);
}

/** The database breaks under it, while requests carry secrets. */
async function fail({ secrets, send, begin, adminPassword, cwd }: Started): Promise<void> {
  const uuid = await begin();
  const client = new Database(join(cwd, 'data/aios.db'));
  for (const table of ['models', 'sessions', 'passwords']) client.exec(`DROP TABLE ${table}`);
  client.close();
  const body = { param: { ...requiredModelParams, token: secrets.make('a token') } };
  const statuses = [
    await send('POST', MODELS, { body }),
    await send('POST', MODELS, { body, headers: { 'x-job-uuid': newUuid() } }),
    await send('GET', MODELS, { headers: { authorization: `OAuth ${uuid}` } }),
    await send('GET', `${sessionPath(uuid)}/valid`),
    await send('DELETE', sessionPath(uuid)),
    await send('PUT', LOGIN, { body: credentials(digestOf(adminPassword)) }),
    await send('PUT', LOGIN, { body: credentials(digestOf(secrets.make('a wrong password'))) }),
  ].map((answer) => answer?.status);
  expect(statuses).toContain(503);
}

/** What other clients can read, with another session than those. */
async function reportedElsewhere({ send, session }: Started): Promise<string[]> {
  const paths = [
    ...['models', 'model-services', 'model-centers'].map((kind) => `${API}/${kind}?limit=1000`),
    ...['user-tags', 'system-tags'].map((kind) => `${ROOT}/${kind}`),
    ...[`${API}/nothing`, '/openapi.json', '/docs', '/docs/json'],
    ...['health', 'metrics', 'requests', 'faults', 'settings', 'jobs?limit=1000', 'dump'].map(
      (name) => `/_aios/${name}`,
    ),
  ];
  const reported: string[] = [];
  for (const path of paths) {
    const answer = await send('GET', path, { headers: { authorization: `OAuth ${session}` } });
    expect(answer?.text, path).toBeTruthy();
    reported.push(`${path} ${answer?.text}`);
  }
  return reported;
}

/** The texts that contain a secret, each with where it was read. */
function search(secrets: MarkedSecrets, reported: Record<string, string>): string[] {
  counted.secrets += secrets.count;
  return Object.entries(reported).flatMap(([where, text]) => {
    counted['lines read'] += text.split('\n').length;
    const found = secrets.foundIn(text);
    counted.found += found.length;
    return found.map((each) => `${where}: ${each}`);
  });
}

/** What a run of the program says, with the settings of a server that holds secrets. */
async function said(context: Finishing, options: Launch): Promise<string> {
  const program: Program = await launch(context, options);
  await program.ended;
  return program.stdout() + program.stderr();
}

describe.each([
  ['json', false],
  ['pretty', true],
])('with lines in the format %s, at level trace,', (format, isTerminal) => {
  test('no secret is in a log or response, whatever is sent with it and however it is rejected', async (context) => {
    const started = await start(context, isTerminal);
    const { secrets, program, cwd, env, send } = started;
    expect(program.stdout().startsWith('{')).toBe(!isTerminal);
    await logInEverywhere(started);
    await useSessions(started);
    const others = await reportedElsewhere(started);
    // The journal holds the last thousand.
    await writeAndAsk(started, context);
    others.push(...(await reportedElsewhere(started)));
    const dumped = await said(context, { cwd, env, args: ['dump'] });
    expect(dumped).toContain(requiredModelParams.name);
    const help = await said(context, { cwd, env, args: ['--help'] });
    expect(help).toContain('--admin-password-file');
    await fail(started);
    await send('GET', '/_aios/health', { headers: { 'x-break': secrets.make('a header') } });
    expect(await program.ended).not.toBe(0);
    await setTimeout(100);
    expect(program.stdout()).toContain('nobody caught');
    expect(program.stdout()).toContain('internal error');
    const found = search(secrets, {
      'standard output': program.stdout(),
      'standard error': program.stderr(),
      'the dump': dumped,
      'the help': help,
      ...Object.fromEntries(others.map((text, index) => [`answer ${index} to others`, text])),
    });
    expect(found, format).toEqual([]);
  });
});

test('no secret is in what a start is rejected with', async (context) => {
  const secrets = new MarkedSecrets();
  const secret = () => secrets.make('a setting');
  const cwd = temporaryFolder(context);
  writeFileSync(join(cwd, 'blank'), ' \n');
  const seeds: Record<string, string> = {
    'broken.json': `{"models":[{"token":"${secret()}"x}]}`,
    'bare.json': `{"token":${secret()}}`,
    'text.json': secret(),
    'list.json': JSON.stringify({ models: [{ token: [secret()] }] }),
    'object.json': JSON.stringify({ models: [{ token: { value: secret() } }] }),
    'nul.json': JSON.stringify({ models: [{ token: `${secret()}\0` }] }),
  };
  for (const [name, text] of Object.entries(seeds)) writeFileSync(join(cwd, name), text);
  const rejected: Launch[] = [
    ...Object.keys(seeds).map((name) => ({ env: { AIOS_SEED_FILE: name } })),
    { env: { AIOS_SESSION: secret() } },
    { args: [`--session=${secret()}`] },
    { env: { AIOS_ACCESS_KEY: `${secret()}` } },
    { env: { AIOS_ACCESS_KEY: `a:${secret()},a:${secret()}` } },
    { args: ['--access-key', secret()] },
    { env: { AIOS_ADMIN_PASSWORD_FILE: 'blank', AIOS_SESSION: secret() } },
    { args: [`--admin-pasword=${secret()}`] },
    { args: ['--admin-pasword', secret()] },
    { env: { AIOS_DATABASE_URL: `postgres://aios:${secret()}@db.example.com/aios` } },
    { env: { AIOS_DATABASE_URL: `postgres://db.example.com/aios?user=a&password=${secret()}` } },
    { env: { AIOS_DATABASE_URL: `postgres://aios:${secret()}@db1,db2:99999/aios` } },
    { env: { AIOS_DATABASE_URL: `postgres://aios:a,${secret()}@db1,[::::]/aios` } },
    { env: { AIOS_PUBLIC_URL: `https://user:${secret()}@aios.example.com` } },
    { env: { AIOS_CORS_ORIGINS: `https://a.example.com,https://user:${secret()}@b.example.com` } },
    { env: { AIOS_ADMIN_PASSWORD: secret(), AIOS_PORT: 'x' } },
    { env: { AIOS_HOST: '0.0.0.0', AIOS_SESION: secret() } },
  ];
  const reported: Record<string, string> = {};
  for (const [index, options] of rejected.entries()) {
    counted.requests++;
    const text = await said(context, { cwd, ...options, env: { AIOS_PORT: '0', ...options.env } });
    expect(text, JSON.stringify(options)).toContain('aios-model-server:');
    reported[`start ${index}`] = text;
  }
  expect(search(secrets, reported)).toEqual([]);
});

afterAll(() =>
  report('8-secrets', {
    fault:
      'marked secrets in settings, seeds, logins, headers, URLs and bodies, at log level trace',
    figures: counted,
  }),
);
