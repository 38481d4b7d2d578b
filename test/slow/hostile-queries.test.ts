import fc from 'fast-check';
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
  'a quote at the end': q(`name='`),
  'quotes of all kinds': q('name="`\'\\"`\'[]'),
  'another statement': q(`name=a';DROP TABLE model_services;--`),
  'another statement for a field': q(`name;DROP TABLE model_services;--=a`),
  'a comment': q('name=a--'),
  'an open comment': q('name=/*', 'name=*/'),
  'a subquery': q('name=(SELECT token FROM models)'),
  'a subquery in a list': q("name?=a') UNION SELECT token FROM models--,b"),
  'a placeholder': q('name=?', 'name=?1', 'name=:name', 'name=$name', 'name=@name'),
  'a field that is SQL': q('1=1'),
  'a field that is a column': q('model_center_uuid=a'),
  'a field of SQLite': q('rowid=1'),
  'a field of every object': q('__proto__=1', 'constructor=1'),
  'a function': q('random()=1'),
  'a template': q('name=\x24{process.exit()}', 'name={{7*7}}', 'name=%{x}'),
  JSON: q('name={"$gt":""}', 'name[$ne]=1'),
  'a path': q('name=../../../etc/passwd', 'name=file:///etc/passwd'),
  'a thousand percent signs': q(`name~=${'%'.repeat(1000)}`),
  'a thousand percent signs and no end': q(`yaml~=${'%'.repeat(1000)}~`),
  'many percent signs': q(`yaml~=${'%a'.repeat(500)}`),
  'many percent signs that never match': q(`yaml~=${'%e'.repeat(511)}~`),
  'many percent signs, negated': q(`yaml!~=${'%e%s'.repeat(250)}~`),
  'a thousand underscores': q(`yaml~=${'_'.repeat(1000)}`),
  'underscores after percent signs': q(`yaml~=${'%_'.repeat(512)}`),
  'underscores before percent signs': q(`yaml~=%${'_'.repeat(1000)}%~`),
  'percent signs, a letter and underscores': q(`yaml~=${'%e_'.repeat(340)}~`),
  'a letter, underscores, and what is found nowhere': plainQ(`yaml~=%e${'_'.repeat(1000)}~`),
  'a space, underscores, what is found nowhere, and anything': q(`yaml!~=% ${'_'.repeat(500)}~%`),
  'the same in several parts of one': q(`yaml!~=${`% ${'_'.repeat(35)}`.repeat(20)}~%`),
  'a long literal that is found nowhere': q(`yaml~=%${'o'.repeat(1000)}%`),
  'a thousand backslashes': q(`name~=${'\\'.repeat(1001)}`),
  'a backslash at the end': q('name~=\\', 'name~=%\\'),
  'a pattern that is too long': q(`name~=${'a'.repeat(60_000)}`),
  'ten thousand conditions': times(10_000, () => 'q=a=b').join('&'),
  'five thousand conditions, numbered': times(5_000, (index) => `q.${index}=a`).join('&'),
  'a hundred conditions': q(...times(100, (index) => `name!=${index}`)),
  'a hundred conditions with patterns': q(...times(100, (index) => `yaml!~=%e%o%${index}~%`)),
  'eight conditions on the longest texts': q(...times(8, (index) => `yaml!~=%e%o%${index}~%`)),
  'eight conditions with underscores': q(...times(8, (index) => `yaml!~=% __${index}~%`)),
  'eight conditions of long literals': q(
    ...times(8, (index) => `yaml!~=%${'worker '.repeat(6)}${index}~%`),
  ),
  'eight conditions of the longest literals': q(
    ...times(8, (index) => `yaml!~=%${'e'.repeat(120)}${index}~%`),
  ),
  'eight conditions on tags': q(...times(8, (index) => `__userTag__!~=%e%o%${index}~`)),
  'eight conditions on images': q(
    ...times(8, (index) => `modelServiceImages.dockerImage!~=%e%o%${index}~`),
  ),
  'a hundred conditions on bindings': q(
    ...times(100, (index) => `modelServiceRefs.modelUuid!=${index}`),
  ),
  'a hundred conditions on the center': q(...times(100, (index) => `modelCenter.name!=${index}`)),
  'a hundred null tests': q(...times(100, () => 'modelServiceImages.dockerImage not null')),
  'a condition of 60,000 characters': `q=name=${'a'.repeat(60_000)}`,
  'a field of 60,000 characters': `q=${'a'.repeat(60_000)}=a`,
  'no operator in 60,000 characters': `q=${'a'.repeat(60_000)}`,
  'a number of 60,000 digits': `q=size=${'9'.repeat(60_000)}`,
  'a number of 60,000 zeros': `q=size=${'0'.repeat(60_000)}`,
  'spaces that are no number': `q=size=${'+'.repeat(60_000)}x`,
  'spaces that are no date': `q=createDate=${'+'.repeat(60_000)}x`,
  'commas and spaces that are no dates': `q=createDate?=${',+'.repeat(30_000)}`,
  'spaces around no field': `q=${'+'.repeat(60_000)}=a`,
  'a list of 20,000 members': `q=name?=${'a,'.repeat(20_000)}`,
  'a list of 60,000 commas': `q=name!?=${','.repeat(60_000)}`,
  'lists of a thousand members': times(20, () => `q=name!?=${times(1000, (i) => i).join(',')}`)
    .join('&')
    .slice(0, 60_000),
  'lists of a thousand numbers': times(
    15,
    () => `q=size!?=${times(900, (i) => i + 1).join(',')}`,
  ).join('&'),
  'a list of a thousand dates': plainQ(`createDate?=${dates(1000)}`),
  'lists of a thousand dates, negated': times(3, () => plainQ(`createDate!?=${dates(1000)}`)).join(
    '&',
  ),
  'a thousand dates of images': plainQ(`modelServiceImages.createDate!?=${dates(1000)}`),
  'operators alone': q('!=>=<=!?=!~=~=?==><is nullnot null'),
  'operators a thousand times': q(`name${'!~='.repeat(1000)}`),
  'equals signs': `q=${'='.repeat(60_000)}`,
  'exclamation marks': `q=name${'!'.repeat(60_000)}`,
  'NUL in a value': 'q=name=%00',
  'NUL in a field': 'q=name%00=a',
  'half a surrogate pair': 'q=name=%ED%A0%80',
  'invalid UTF-8': 'q=name=%FF%FE',
  'an overlong encoding': 'q=name=%C0%A7%20OR%201=1',
  'invalid percent-encoding': 'q=name=%zz%',
  'encoding cut short': 'q=name=%E4%B8',
  'a replacement character': q('name=\ufffd'),
  'marks that turn text around': q('name=\u202e\u200b\ufeff'),
  'a tower of accents': q(`name=a${'\u0301'.repeat(1000)}`),
  'a sort that is SQL': 'sort=name;DROP%20TABLE%20models',
  'a sort by a subquery': `sort=${encode('-(SELECT 1)')}`,
  'a sort by a number': 'sort=1',
  'a sort by every object’s field': 'sort=__proto__',
  'a sort of signs': `sort=${'-'.repeat(60_000)}`,
  'a sort of spaces': `sort=${'+'.repeat(60_000)}x`,
  'a sort with NUL': 'sort=name%00',
  'a sort that is not UTF-8': 'sort=%FF',
  'fields that are SQL': `fields=${encode('uuid,(SELECT 1),*,1;--')}`,
  'fields of every object': 'fields=__proto__,constructor',
  'a field 12,000 times': `fields=${'uuid,'.repeat(12_000)}`,
  'commas for fields': `fields=${','.repeat(60_000)}`,
  'a field with NUL': 'fields=uuid%00',
  'a limit that is SQL': `limit=${encode('1;DROP TABLE models')}`,
  'a limit that is a subquery': `limit=${encode('(SELECT 1)')}`,
  'a limit of 60,000 digits': `limit=${'1'.repeat(60_000)}`,
  'a limit of 60,000 zeros': `limit=${'0'.repeat(60_000)}`,
  'a limit of spaces': `limit=${'+'.repeat(60_000)}x`,
  'a limit with NUL': 'limit=1%00',
  'a limit of infinity': 'limit=Infinity',
  'a start beyond all': 'start=2147483647',
  'a start that is SQL': `start=${encode('0 OR 1=1')}`,
  'a count that is no boolean': `count=${encode("true' OR 1=1")}`,
  'thousands of parameters': times(9000, (index) => `p${index}`).join('&'),
  'a parameter repeated thousands of times': times(7000, () => 'limit=1').join('&'),
  'parameters of every object': '__proto__=1&constructor=2&toString=3&q.__proto__=name=a',
  'nested parameters': 'q[0]=name=a&q[]=name=b&q[name]=c&limit[]=1',
  'ampersands and equals signs': '&=&&==&=&'.repeat(6000),
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

  test('a new list of fields each time', async () => {
    const names = ['name', 'yaml', 'size', 'type', 'source', 'system', 'createDate', 'framework'];
    let turn = 0;
    const send = async () => {
      turn++;
      const fields = names.filter((_, index) => (turn >> index) & 1);
      expectClean(await server.get(`${paths.services}?limit=5&fields=uuid,${fields}`));
    };

    expect(await costOf(send)).toBeLessThan(COST_MAX);
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
    ['bytes that are no text', bytes('q=name=', 0xff, 0xfe, 0xc0, 0xaf, 0x80)],
    ['a tab', bytes('q=name=a\tb')],
    ['quotes and brackets', bytes('q=name="`<>{}|\\^[]')],
    ['a number sign', bytes('q=name=a#&limit=1')],
    ['a NUL', bytes('q=name=', 0)],
    ['an escape', bytes('q=name=', 0x1b, '[31m')],
    ['a deletion', bytes('q=name=', 0x7f)],
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

describe('property', () => {
  const operators = [
    ...['!=', '>=', '<=', '!?=', '!~=', '~=', '?=', '=', '>', '<', 'is null', 'not null'],
  ];
  const fields = [
    ...['uuid', 'name', 'yaml', 'size', 'requestCpu', 'system', 'createDate', 'type', 'tag'],
    ...[
      'modelServiceRefs.modelUuid',
      'modelServiceImages.createDate',
      'modelCenter.managementPort',
    ],
    ...['__userTag__', '__systemTag__', 'cpuArchitectures', '__proto__', '1', '*', ''],
  ];
  const values = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(...'%_\\\'",;-()*?=!~<> aA0é😀'), maxLength: 30 }),
    fc.maxSafeInteger().map(String),
    fc.double().map(String),
    fc.constantFrom('true', 'FALSE', 'null', '2025-11-25 11:51:50', 'Nov 25, 2025 11:51:50 AM'),
    fc
      .tuple(fc.nat({ max: 9999 }), fc.nat({ max: 13 }), fc.nat({ max: 32 }), fc.nat({ max: 24 }))
      .map(([year, ...rest]) => {
        const [month, day, hour] = rest.map((part) => String(part).padStart(2, '0'));
        return `${String(year).padStart(4, '0')}-${month}-${day} ${hour}:00:00`;
      }),
  );
  const conditions = fc.oneof(
    fc
      .tuple(fc.constantFrom(...fields), fc.constantFrom(...operators), values)
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const encoded = fc.oneof(
    { weight: 9, arbitrary: conditions.map(encode) },
    // Any bytes at all, well encoded or not.
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 20 })
        .map((octets) =>
          [...octets].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join(''),
        ),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom(...'%=&+;azAZ09[]._'), maxLength: 20 }),
    },
  );
  const others = fc.constantFrom(
    'sort',
    'fields',
    'limit',
    'start',
    'count',
    'replyWithCount',
    'x',
  );
  const parameters = fc.oneof(
    { weight: 3, arbitrary: encoded.map((text) => `q=${text}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(others, fc.oneof(encoded, fc.constantFrom(...fields.map(encode), '1', '-name')))
        .map(([name, value]) => `${name}=${value}`),
    },
  );

  test('no query is answered by anything but resources, or by why it is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(paths)),
        fc.array(parameters, { minLength: 1, maxLength: 4 }),
        async (path, all) => {
          expectClean(await server.get(`${path}?${all.join('&')}&limit=5`));
        },
      ),
      { numRuns: 300 },
    );
    expect(contents()).toBe(before);
  });
});
