import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/index.ts';
import type { FaultOptions, StartOptions } from '../../src/library.ts';
import { comparison } from '../support/comparison.ts';

async function started(options: StartOptions = {}) {
  const aios = await start(options);
  onTestFinished(aios.close);
  return aios;
}

/** A proxy in front of a server that changes the URLs of requests and the texts of answers. */
async function proxied(target: URL, urls: [RegExp, string], texts: [RegExp, string]) {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const options = { method, headers, path: url.replace(...urls) };
    const onward = request(target, options, async (answer) => {
      const text = (await answer.toArray()).join('').replace(...texts);
      const { 'content-length': _, ...others } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 0, others).end(text);
    });
    incoming.pipe(onward);
  });
  onTestFinished(() => void proxy.close());
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

const SAME: [RegExp, string] = [/$^/, ''];

test('of a server with the same settings nothing is named, and nothing is left there', async () => {
  const aios = await started();
  const compared = await comparison(aios, { deploy: 'on' });
  expect([compared.contradicted, compared.unasked, compared.status]).toEqual([[], [], 0]);
  const { about: _about, ...resources } = (await aios.dump()) as Record<string, unknown[]>;
  expect(Object.values(resources).flat()).toEqual([]);
});

test.each<[what: string, options: StartOptions, contradicted: string[], unasked?: string[]]>([
  ['the time zone', { timeZone: 'Asia/Shanghai' }, ['F7']],
  ['jobs for all writes', { reply: 'job' }, ['F1']],
  ['jobs for no write', { reply: 'inline' }, ['F1', 'F5', 'F56']],
  ['unknown fields', { unknownFields: 'reject' }, ['F10a', 'F43']],
  ['references', { strictReferences: true }, ['F13']],
  ['authorization', { auth: false }, ['F34', 'F5', 'F51', 'F55', 'F6', 'F60']],
  ['web hooks', { hookAllow: 'none' }, ['F5']],
  ['the size of bodies', { bodyLimit: '60KiB' }, ['F46'], ['F15d']],
])('of a setting for %s, what it changes is named alone', async (_, options, ...[
  contradicted,
  unasked = [],
]) => {
  const aios = await started(options);
  const compared = await comparison(aios);
  expect([compared.contradicted, compared.unasked]).toEqual([contradicted, unasked]);
  expect(compared.status).toBe(1);
});

test.each<[what: string, fault: FaultOptions, contradicted: string[], unasked: string[]]>([
  [
    'what a probe asks',
    { operation: 'UpdateSystemTag', error: { code: 'SYS.1006' } },
    ['F46e'],
    [],
  ],
  [
    'what prepares a probe',
    { operation: 'CreateSystemTag', error: { code: 'SYS.1006' } },
    [],
    ['F46e'],
  ],
  ['a connection', { operation: 'UpdateDatasets', drop: true }, [], ['F62c']],
])('of a fault in %s, only that is named', async (_, fault, contradicted, unasked) => {
  const aios = await started();
  await aios.fail([fault]);
  const compared = await comparison(aios);
  expect([compared.contradicted, compared.unasked]).toEqual([contradicted, unasked]);
  expect(compared.status).toBe(contradicted.length > 0 ? 1 : 2);
});

test.each<[what: string, urls: [RegExp, string], texts: [RegExp, string], decisions: string[]]>([
  [
    'deletes in Enforcing mode alone',
    [/deleteMode=Permissive/, 'deleteMode=Enforcing'],
    SAME,
    ['F24a'],
  ],
  ['calls a center Connecting', SAME, [/"Connected"/g, '"Connecting"'], ['F47a']],
  ['has another version', SAME, [/"version":"5.5.22"/, '"version":"5.6.0"'], ['F37']],
])('of a server that %s, only that is named', async (_, urls, texts, decisions) => {
  const aios = await started();
  const url = await proxied(new URL(aios.url), urls, texts);
  const compared = await comparison({ url, session: aios.session });
  expect([compared.contradicted, compared.unasked]).toEqual([decisions, []]);
});
