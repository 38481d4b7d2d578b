import dns, { type LookupAddress } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HookAllowlist } from '../../src/http/hooks/allow-list.ts';
import { expectError, expectRejected, invalidArgument } from '../support/errors.ts';
import { inOrder, openReceiver, status } from '../support/hook-receiver.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;

/** The addresses at which a list lets a URL be called. */
async function allowed(entries: readonly string[], url: string): Promise<string[]> {
  return (await found(entries, url)) ?? [];
}

/** The same, undefined where the host can't be looked up. */
async function found(entries: readonly string[], url: string): Promise<string[] | undefined> {
  const addresses = await new HookAllowlist(entries).allowedAddresses(new URL(url), 'a client');
  return addresses?.map(({ address }) => address);
}

const isAllowed = async (entries: readonly string[], url: string) =>
  (await allowed(entries, url)).length > 0;

describe('an address', () => {
  test.each<[string, string[], string, boolean]>([
    ['is allowed by itself', ['203.0.113.7'], 'http://203.0.113.7/', true],
    ['is not allowed by its neighbour', ['203.0.113.7'], 'http://203.0.113.8/', false],
    ['is allowed by nothing', [], 'http://127.0.0.1/', false],
    ['is the first of its range', ['203.0.113.64/26'], 'http://203.0.113.64/', true],
    ['is the last of its range', ['203.0.113.64/26'], 'http://203.0.113.127/', true],
    ['is before its range', ['203.0.113.64/26'], 'http://203.0.113.63/', false],
    ['is in the range of all', ['0.0.0.0/0'], 'http://203.0.113.64/', true],
    ['of version 6 is in no range of version 4', ['0.0.0.0/0'], 'http://[2001:db8::1]/', false],
    ['of version 4 is in no range of version 6', ['::/0'], 'http://203.0.113.64/', false],
    ['of version 6 in other words', ['2001:0DB8:0:0::0001'], 'http://[2001:db8::1]:80/', true],
    ['of version 6 is in its range', ['2001:db8::/33'], 'http://[2001:db8:7fff:ffff::1]/', true],
    ['of version 6 is in the range of all', ['::/0'], 'http://[2001:db8::1]/', true],
  ])('%s', async (_, entries, url, expected) => {
    expect(await isAllowed(entries, url)).toBe(expected);
  });

  test.each([
    'http://2130706433/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://１２７。０。０。１/',
    'http://user:password@127.0.0.1/',
    'http://10.0.0.1@127.0.0.1/',
  ])('is judged, and called, as what the URL means: %s', async (url) => {
    expect(await allowed(['127.0.0.1'], url)).toEqual(['127.0.0.1']);
    expect(await allowed(['10.0.0.0/8'], url)).toEqual([]);
  });

  test.each([
    ['http://[::ffff:a01:203]/'],
    ['http://[0:0:0:0:0:FFFF:0A01:0203]/'],
  ])('of version 4 mapped into version 6 is judged as the one of version 4: %s', async (url) => {
    expect(await isAllowed(['10.0.0.0/8'], url)).toBe(true);
    expect(await isAllowed(['10.1.2.3'], url)).toBe(true);
    expect(await isAllowed(['10.1.2.4', '192.168.0.0/16'], url)).toBe(false);
    expect(await isAllowed([], url)).toBe(false);
  });
});

describe('this machine and private networks', () => {
  test.each([
    'http://127.0.0.1:8080/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.0/',
    'http://172.16.0.0/',
    'http://192.168.0.0/',
    'http://[fc00::1]/',
    'http://[fd12:3456:789a::1]/',
  ])('are %s', async (url) => {
    expect(await isAllowed(['Local'], url)).toBe(true);
  });

  test.each(
    [
      'http://0.0.0.0/',
      'http://126.255.255.255/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:a9fe:a9fe]/',
      'http://[::127.0.0.1]/',
      'http://[64:ff9b::169.254.169.254]/',
      'http://[fe80::1]/',
      'http://[fd00:ec2::254]/latest/meta-data',
      'http://[fbff:ffff::1]/',
      'http://[ff02::1]/',
      'http://224.0.0.1/',
      'http://100.64.0.1/',
    ].filter((url) => URL.canParse(url)),
  )('are not %s', async (url) => {
    expect(await allowed(['Local'], url)).toEqual([]);
  });
});

/** Answers lookups of one name in place of the machine's resolver; without addresses never. */
function resolveAs(name: string, addressesOf?: () => string[]): void {
  const { lookup: original } = dns;
  const { lookup: promised } = dns.promises;
  const found = (): LookupAddress[] =>
    (addressesOf?.() ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  // biome-ignore lint/suspicious/noExplicitAny: the resolver's functions are overloaded
  const any = dns as any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  any.lookup = (host: string, options: any, done: any) => {
    if (host !== name) return original(host, options, done ?? options);
    const all = found();
    const callback = done ?? options;
    setImmediate(() =>
      options.all ? callback(null, all) : callback(null, all[0]?.address, all[0]?.family),
    );
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  any.promises.lookup = async (host: string, options: any) => {
    if (host !== name) return promised(host, options);
    if (!addressesOf) return new Promise(() => {});
    return options?.all ? found() : found()[0];
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    any.lookup = original;
    any.promises.lookup = promised;
    syncBuiltinESMExports();
  });
}

describe('a name', () => {
  test('that is allowed may have any address', async () => {
    const found = await dns.promises.lookup('localhost', { all: true });
    for (const [entry, host] of [
      ['localhost', 'localhost'],
      ['LocalHost', 'localhost'],
      ['localhost', 'LOCALHOST'],
    ] as const) {
      expect(await allowed([entry], `http://${host}:80/x`)).toEqual(
        found.map(({ address }) => address),
      );
    }
    resolveAs('hooks.example', () => ['203.0.113.5', '2001:db8::5']);
    expect(await allowed(['Hooks.Example'], 'http://hooks.example/')).toEqual([
      '203.0.113.5',
      '2001:db8::5',
    ]);
  });

  test('that isn’t gives those of its addresses that are', async () => {
    for (const address of await allowed(['Local'], 'http://localhost/')) {
      expect(['127.0.0.1', '::1']).toContain(address);
    }
    expect(await isAllowed(['Local'], 'http://localhost/')).toBe(true);
    resolveAs('mixed.example', () => ['169.254.169.254', '10.0.0.7', '203.0.113.5', 'fd00::7']);
    expect(await allowed(['Local'], 'http://mixed.example/')).toEqual(['10.0.0.7', 'fd00::7']);
    expect(await allowed(['2001:db8::/32'], 'http://mixed.example/')).toEqual([]);
  });

  test('gives no address where clouds hand out credentials, unless that is allowed by itself', async () => {
    const addresses = ['169.254.169.254', 'fd00:ec2::254', '203.0.113.5'];
    resolveAs('hooks.example', () => addresses);
    const url = 'http://hooks.example/';
    expect(await allowed(['hooks.example', 'local'], url)).toEqual(['203.0.113.5']);
    const ranges = ['169.254.0.0/16', 'fd00:ec2::254'];
    expect(await allowed(['hooks.example', ...ranges], url)).toEqual(addresses);
  });

  test('without an answer of the resolver gives none after a time-out', async () => {
    resolveAs('slow.example');
    const before = Date.now();
    expect(await found(['slow.example'], 'http://slow.example/')).toBeUndefined();
    expect(Date.now() - before).toBeLessThan(5000);
  });

  test.for([
    [[]],
    [['127.0.0.1', '::1']],
    [['other.example']],
  ])('is not looked up where no name may be allowed: %j', async ([entries = []]) => {
    const name = 'hooks.example';
    resolveAs(name, () => expect.unreachable());
    expect(await found(entries, `http://${name}/`)).toEqual([]);
  });

  test('of one client waits behind sixteen at most, and behind none of another', async () => {
    const list = new HookAllowlist(['local']);
    const lookUp = (name: string, client: string) =>
      list.allowedAddresses(new URL(`http://${name}/`), client);
    resolveAs('slow.example');
    const slow = lookUp('slow.example', 'one');
    const names = Array.from({ length: 15 }, (_, name) => lookUp(`n${name}.example`, 'one'));
    const refusal = { kind: 'notReady' };
    await expect(lookUp('localhost', 'one')).rejects.toMatchObject(refusal);
    expect(await lookUp('localhost', 'other')).not.toEqual([]);
    expect(await lookUp('127.0.0.1', 'one')).not.toEqual([]);
    expect(await Promise.all([slow, ...names])).toEqual(Array(16).fill(undefined));
  });

  test('is not the name below it, above it, or longer', async () => {
    for (const host of ['a.hooks.example', 'example', 'hooks.example.org', 'xhooks.example']) {
      resolveAs(host, () => ['127.0.0.1']);
      expect(await allowed(['hooks.example'], `http://${host}/`)).toEqual([]);
    }
  });

  test('is not allowed by another part of the URL', async () => {
    resolveAs('other.example', () => ['203.0.113.5']);
    for (const url of [
      'http://localhost@other.example/',
      'http://other.example/localhost',
      'http://other.example?@localhost',
      'http://other.example#@localhost',
      'http://other.example\\@localhost',
    ]) {
      expect(await allowed(['localhost', 'local'], url)).toEqual([]);
    }
  });

  test.each([
    'unknown.invalid',
    `${'a'.repeat(64)}.invalid`,
    `${'a.'.repeat(200)}invalid`,
  ])('that is unknown gives none, even where it is allowed: %s', async (name) => {
    expect(await found([name], `http://${name}/`)).toBeUndefined();
    expect(await found(['0.0.0.0/0', '::/0'], `http://${name}/`)).toBeUndefined();
  });
});

describe('a hook that must not be called', () => {
  const local = sharedServer({ hookTiming: { first: 600_000 }, hookAllow: ['local'] });
  const any = sharedServer({ hookTiming: { first: 600_000 }, hookAllow: ['0.0.0.0/0'] });
  const forbidden = invalidArgument(expect.stringMatching(/X-Web-Hook/));

  const forbiddenUrls = [
    '169.254.169.254/latest/meta-data/',
    '203.0.113.5/',
    '127.0.0.1@203.0.113.5/',
  ];
  const noHttp = [
    ...['hook', '/hook', '127.0.0.1:80/hook', 'localhost:80', 'http:', 'http://?x', 'http://[::1'],
    ...['http://256.0.0.1/', 'http://a b/', 'ftp://127.0.0.1/', 'file:///etc/passwd'],
    ...['javascript:alert(1)', 'unix:/var/run/docker.sock'],
  ];
  test.each<[why: string, shared: () => Server, urls: string[]]>([
    ['its address is not allowed', local, forbiddenUrls.map((url) => `http://${url}`)],
    ['its address of version 6 is not allowed', local, ['https://[2001:db8::1]/']],
    ['it is no URL of HTTP', any, noHttp],
  ])('is rejected without a trace where %s', async (_, shared, urls) => {
    const server = shared();
    const body = { param: requiredModelParams };
    for (const hookUrl of urls) {
      const uuid = newUuid();
      const headers = { 'x-web-hook': hookUrl, 'x-job-uuid': uuid };
      await expectRejected(server, () => server.post(MODELS, body, { headers }), forbidden);
      expect((await server.get(`/zstack/v1/api-jobs/${uuid}`)).status).toBe(404);
      const again = await server.post(MODELS, body, { headers: { 'x-job-uuid': uuid } });
      expect(again.status).toBe(202);
    }
  });

  test('is rejected for its form before the session is checked (F34)', async () => {
    const options = { headers: { 'x-web-hook': 'hook' }, session: '0'.repeat(32) };
    expectError(await any().post(MODELS, { param: requiredModelParams }, options), forbidden);
  });
});

describe('a name whose addresses change', () => {
  const quick = { first: 5, between: 3, timeout: 5000 };
  const [GOOD, BAD] = ['127.0.0.1', '127.0.0.2'];

  /** Two receivers on one port, of which the server may call the first. */
  async function receivers() {
    const good = await openReceiver(inOrder(...Array(5).fill(status(500)), status(200)), {
      host: GOOD,
    });
    const port = Number(new URL(good.url).port);
    const bad = await openReceiver(status(200), { host: BAD, port });
    return { good, bad, url: `http://hooks.example:${port}/` };
  }

  async function add(server: Server, hookUrl: string) {
    const headers = { 'x-web-hook': hookUrl };
    return server.post(MODELS, { param: requiredModelParams }, { headers });
  }

  test('is called only at allowed addresses, whatever the next lookup returns', async () => {
    const server = await startServer({ hookTiming: quick, hookAllow: [`${GOOD}/32`] });
    const { good, bad, url } = await receivers();
    let looks = 0;
    resolveAs('hooks.example', () => [looks++ % 2 === 0 ? GOOD : BAD]);
    expect((await add(server, url)).status).toBe(202);
    await expect
      .poll(() => server.rows('hooks')[0], { timeout: 4000 })
      .toMatchObject({ pending: 0 });
    expect(bad.connections()).toBe(0);
    expect(good.calls).toHaveLength(6);
    expect(good.calls[0]?.headers.host).toBe(new URL(url).host);
  });

  test('is called at the next of its addresses if no server listens at the first', async () => {
    const server = await startServer({ hookTiming: quick, hookAllow: ['hooks.example'] });
    const receiver = await openReceiver(status(200), { host: BAD });
    resolveAs('hooks.example', () => [GOOD, BAD]);
    await add(server, `http://hooks.example:${new URL(receiver.url).port}/`);
    await receiver.called(1);
  });

  test('is not called once it has none that is allowed', async () => {
    const server = await startServer({
      hookTiming: { ...quick, first: 100 },
      hookAllow: [`${GOOD}/32`],
    });
    const { good, bad, url } = await receivers();
    let addresses = [GOOD];
    resolveAs('hooks.example', () => addresses);
    expect((await add(server, url)).status).toBe(202);
    addresses = [BAD];
    await expect
      .poll(() => server.rows('hooks')[0], { timeout: 4000 })
      .toMatchObject({ pending: 0, attempts: 15, failure: expect.stringMatching(/allow/) });
    await setTimeout(20);
    expect(bad.connections() + good.connections()).toBe(0);
  });

  test('is looked up again until its job expires, which counts as no attempt', async () => {
    const server = await startServer({
      hookTiming: { ...quick, lookup: 3 },
      hookAllow: ['hooks.example'],
    });
    const receiver = await openReceiver();
    let lookups = 0;
    let isKnown = true;
    resolveAs('hooks.example', () => {
      lookups++;
      if (!isKnown) throw new Error('the resolver is away');
      return [GOOD];
    });
    const hook = () => server.rows('hooks').at(-1);
    const addUnknown = async () => {
      isKnown = true;
      expect((await add(server, receiver.url.replace(GOOD, 'hooks.example'))).status).toBe(202);
      isKnown = false;
      const before = lookups;
      await expect.poll(() => lookups, { timeout: 4000 }).toBeGreaterThan(before + 20);
      const failure = expect.stringMatching(/looked up/);
      expect(hook()).toMatchObject({ attempts: 0, pending: 1, failure });
    };
    await addUnknown();
    isKnown = true;
    await receiver.called(1);
    await expect.poll(hook).toMatchObject({ attempts: 1, pending: 0, failure: null });
    await addUnknown();
    server.advance(10_800_001);
    await expect.poll(hook).toMatchObject({ attempts: 0, pending: 0 });
    expect(receiver.calls).toHaveLength(1);
  });
});
