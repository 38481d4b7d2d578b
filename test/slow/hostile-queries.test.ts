import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, rawRequest } from '../support/raw-http.ts';
import {
  extras,
  image,
  model,
  modelCenter,
  modelService,
  newUuid,
  ref,
  tag,
} from '../support/records.ts';
import { asIs, nothing } from '../support/results.ts';
import { type Answer, API, openServer, ROOT, type Server } from '../support/server.ts';

/** What a query may cost, in milliseconds of processor time. */
const COST_MAX = 100;

const MINUTE = 60_000;
const START = Date.UTC(2025, 10, 25, 11, 51, 50);

/** A yaml as services have it, of some two thousand characters. */
const yaml = [
  'framework: Other',
  'modelCenter:',
  '  url: nfs://192.168.10.12/ai',
  'services:',
  ...Array.from(
    { length: 30 },
    (_, index) =>
      `  - name: worker-${index} # answers what it is asked\n    ports: [${8000 + index}]`,
  ),
].join('\n');

let server: Server;
/** Everything in the database before the first query, in one text. */
let before: string;
beforeAll(async () => {
  server = await openServer();
  const { store } = server;
  const center = modelCenter();
  await store.addModelCenter(center, extras(), asIs);
  const models = Array.from({ length: 50 }, (_, index) =>
    model({ name: `Qwen ${index}`, modelCenterUuid: center.uuid, createDate: START + index }),
  );
  for (const each of models) await store.addModel(each, extras(), nothing);
  for (let index = 0; index < 300; index++) {
    const uuid = newUuid();
    const service = modelService({
      uuid,
      yaml,
      name: `text to text ${index}`,
      description:
        'Answers questions about the documents that a user has uploaded, in any language.',
      modelCenterUuid: center.uuid,
      createDate: START + index * MINUTE,
      lastOpDate: START + index * MINUTE,
      modelServiceRefs: [ref(models[index % 50]?.uuid as string, uuid)],
      modelServiceImages: [
        image(uuid, { dockerImage: 'registry.example.com/x86_64/image:latest' }),
      ],
    });
    const tags = ['production', `team ${index % 7}`].map((text) => tag(uuid, text));
    await store.addModelService(service, extras({ tags }), nothing);
  }
  before = contents();
});
afterAll(() => server.close());

const paths = {
  services: `${API}/model-services`,
  models: `${API}/models`,
  centers: `${API}/model-centers`,
  'user tags': `${ROOT}/user-tags`,
  'system tags': `${ROOT}/system-tags`,
};

/** Whether an answer is one that F57 knows: the resources, or why not. */
function expectClean({ status, headers, body }: Answer): void {
  expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
  if (status === 200) {
    expect(body.success).toBe(true);
    return;
  }
  expect(Object.keys(body)).toEqual(['error']);
  const { code, details } = body.error;
  expect(details.length).toBeLessThanOrEqual(4096);
  expect(details.isWellFormed()).toBe(true);
  if (status === 400) expect(code).toBe('SYS.1007');
  else {
    expect({ status, code, details }).toEqual({
      status: 503,
      code: 'SYS.1000',
      details: expect.stringMatching(/^inventory class\[class \w+Inventory\] not having field\[/),
    });
  }
}

const contents = () => JSON.stringify(server.snapshot());

/**
 * What a request costs, in milliseconds: the least of three after a first one that warms up, so that
 * it is its own.
 */
async function costOf(send: () => Promise<unknown>): Promise<number> {
  const first = await costOnce(send);
  // What is far too much needn't be known exactly.
  if (first > 10 * COST_MAX) return first;
  return Math.min(await costOnce(send), await costOnce(send), await costOnce(send));
}

async function costOnce(send: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await send();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const encode = encodeURIComponent;
const q = (...conditions: string[]) => conditions.map((each) => `q=${encode(each)}`).join('&');
/** As clients write what needs no encoding: a URL holds three times as much of it. */
const plainQ = (condition: string) => `q=${condition.replaceAll(' ', '+')}`;
const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const dates = (count: number) =>
  times(count, (index) =>
    new Date(START + index * 1000).toISOString().slice(0, 19).replace('T', ' '),
  );

const hostile: Record<string, string> = {
  'a quote': q(`name=' OR '1'='1`),
  'another statement': q(`name=a';DROP TABLE model_services;--`),
  'another statement for a field': q(`name;DROP TABLE model_services;--=a`),
  'a subquery in a list': q("name?=a') UNION SELECT token FROM models--,b"),
  'a placeholder': q('name=?', 'name=?1', 'name=:name', 'name=$name', 'name=@name'),
  'a field that is SQL': q('1=1'),
  'a field that is a column': q('model_center_uuid=a'),
  'a field of SQLite': q('rowid=1'),
  'a template': q('name=\x24{process.exit()}', 'name={{7*7}}', 'name=%{x}'),
  'a thousand percent signs': q(`name~=${'%'.repeat(1000)}`),
  'a letter, underscores, and what is found nowhere': plainQ(`yaml~=%e${'_'.repeat(1000)}~`),
  'a long literal that is found nowhere': q(`yaml~=%${'o'.repeat(1000)}%`),
  'a backslash at the end': q('name~=\\', 'name~=%\\'),
  'a pattern that is too long': q(`name~=${'a'.repeat(60_000)}`),
  'ten thousand conditions': times(10_000, () => 'q=a=b').join('&'),
  'a hundred conditions': q(...times(100, (index) => `name!=${index}`)),
  'eight conditions on tags': q(...times(8, (index) => `__userTag__!~=%e%o%${index}~`)),
  'eight conditions on images': q(
    ...times(8, (index) => `modelServiceImages.dockerImage!~=%e%o%${index}~`),
  ),
  'a hundred conditions on bindings': q(
    ...times(100, (index) => `modelServiceRefs.modelUuid!=${index}`),
  ),
  'a hundred conditions on the center': q(...times(100, (index) => `modelCenter.name!=${index}`)),
  'a condition of 60,000 characters': `q=name=${'a'.repeat(60_000)}`,
  'a field of 60,000 characters': `q=${'a'.repeat(60_000)}=a`,
  'a number of 60,000 digits': `q=size=${'9'.repeat(60_000)}`,
  'spaces that are no date': `q=createDate=${'+'.repeat(60_000)}x`,
  'spaces around no field': `q=${'+'.repeat(60_000)}=a`,
  'a list of 60,000 commas': `q=name!?=${','.repeat(60_000)}`,
  'a list of a thousand dates': plainQ(`createDate?=${dates(1000)}`),
  'operators alone': q('!=>=<=!?=!~=~=?==><is nullnot null'),
  'equals signs': `q=${'='.repeat(60_000)}`,
  'NUL in a value': 'q=name=%00',
  'half a surrogate pair': 'q=name=%ED%A0%80',
  'invalid UTF-8': 'q=name=%FF%FE',
  'invalid percent-encoding': 'q=name=%zz%',
  'a sort that is SQL': 'sort=name;DROP%20TABLE%20models',
  'a sort by a subquery': `sort=${encode('-(SELECT 1)')}`,
  'a sort by every object’s field': 'sort=__proto__',
  'a sort of signs': `sort=${'-'.repeat(60_000)}`,
  'fields that are SQL': `fields=${encode('uuid,(SELECT 1),*,1;--')}`,
  'a field 12,000 times': `fields=${'uuid,'.repeat(12_000)}`,
  'a limit that is SQL': `limit=${encode('1;DROP TABLE models')}`,
  'a limit of 60,000 digits': `limit=${'1'.repeat(60_000)}`,
  'a limit of infinity': 'limit=Infinity',
  'a start beyond all': 'start=2147483647',
  'thousands of parameters': times(9000, (index) => `p${index}`).join('&'),
  'parameters of every object': '__proto__=1&constructor=2&toString=3&q.__proto__=name=a',
  'nested parameters': 'q[0]=name=a&q[]=name=b&q[name]=c&limit[]=1',
  'question marks': '?'.repeat(60_000),
};

/** With an answer that is short, so that its length costs nothing, though all rows are looked at. */
function few(query: string): string {
  const added = ['limit=5', 'replyWithCount=true'].filter((parameter) => {
    const [name] = parameter.split('=');
    return !query.split('&').some((each) => each.split('=')[0] === name);
  });
  return [query, ...added].join('&');
}

describe('answers, changing nothing, at little cost', () => {
  test.each(Object.entries(hostile))('%s', async (_, query) => {
    const answers: Answer[] = [];
    const send = async () => void answers.push(await server.get(`${paths.services}?${few(query)}`));

    expect(await costOf(send)).toBeLessThan(COST_MAX);

    for (const answer of answers) expectClean(answer);
    expect(contents()).toBe(before);
  });
});

describe('answers every list alike', () => {
  test.each(Object.entries(paths))('of %s', async (_, path) => {
    for (const query of Object.values(hostile)) {
      // Their costs have tests of their own.
      if (query.length > 1000) continue;
      expectClean(await server.get(`${path}?${few(query)}`));
    }
    expect(contents()).toBe(before);
  });
});

describe('answers bytes that no client library sends', () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? part : [part])));

  test.each([
    ['text in UTF-8', bytes('q=name=\u00e9\ud83d\ude00')],
    ['text in Latin-1', bytes('q=name=', 0xe9)],
    ['a tab', bytes('q=name=a\tb')],
    ['a NUL', bytes('q=name=', 0)],
    ['a space', bytes('q=name is null')],
  ])('such as %s', async (_, query) => {
    const [head, tail] = rawRequest('GET', `${paths.services}?@`).split('@') as [string, string];

    const answer = await exchange(
      server.url,
      Buffer.concat([Buffer.from(head), query, Buffer.from(tail)]),
    );

    expectClean(answer);
    expect(contents()).toBe(before);
  });
});
