import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parametersOf } from '../support/contract-parameters.ts';
import { expectRejected, invalidArgument } from '../support/errors.ts';
import { addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-services`;

describeWrite({
  operation: 'UpdateModelService',
  list: PATH,
  prepare: async (server) => ({
    path: `${PATH}/${(await addModelService(server, { yaml: '' })).uuid}`,
  }),
  kind: 'service',
  tagged: 'ModelServiceVO',
  special: [
    'architectureImages',
    'environmentParameters',
    'startupParameters',
    'inferenceParams',
    'serviceName',
    'servicePorts',
    'serviceLivez',
    'serviceReadyz',
    'serviceBootupTime',
    'serviceInstallPath',
    'serviceStartCommand',
  ],
  target: { field: 'uuid', type: 'ModelServiceVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'installPath',
});

const arm = { cpuArchitecture: 'AARCH64', dockerImage: ' arm ' };
const loong = { cpuArchitecture: 'LoongArch64', vmImageUuid: 'loong' };

const server = sharedServer();
const put = (uuid: string, updateModelService: object, beside: object = {}) =>
  server().put(`${PATH}/${uuid}`, { updateModelService, ...beside });

/** A service's yaml after an update. */
async function edited(yaml: string, params: object): Promise<string> {
  const { uuid } = await addModelService(server(), { yaml });
  const { body } = await put(uuid, params);
  expect(body).toMatchObject({ success: true });
  const { body: read } = await server().get(`${PATH}/${uuid}`);
  expect(read.inventories).toEqual([body.inventory]);
  return body.inventory.yaml;
}

test('stores a yaml as sent, if it has no syntax error or is the stored one', async () => {
  const broken = 'services:\n  - ports: [\n\n  name: a\n';
  const { uuid } = await addModelService(server(), { yaml: broken });
  const accepted = [
    '',
    'example-yaml-configuration',
    'a: 1\na: 2',
    '!x {a: !!int b}',
    'a\n---\n\r\n- b',
  ];

  for (const yaml of [
    broken,
    ...accepted,
    ']'.repeat(65_537),
    '['.repeat(200),
    `[1${',1'.repeat(1500)}`,
  ]) {
    expect((await put(uuid, { yaml })).body.inventory?.yaml).toBe(yaml);
  }
  await expectRejected(
    server(),
    () => put(uuid, { yaml: broken }),
    invalidArgument(expect.stringMatching(/^Invalid YAML format: .+ \(line 4, column 3\)$/)),
  );
});

test('rejects a yaml together with an edit of it', async () => {
  const { uuid } = await addModelService(server());

  await expectRejected(
    server(),
    () => put(uuid, { yaml: 'a: 1', serviceName: 'a' }),
    invalidArgument('field[yaml] and field[serviceName] cannot be given together'),
  );
});

test('looks for the action before the service, and names the decoded path', async () => {
  await expectRejected(
    server(),
    () => server().put(`${PATH}/no%20such`, {}),
    invalidArgument(
      "the body doesn't contain action mapping to the URL[/v1/ai/model-services/no such]",
    ),
  );
});

test('rejects unknown fields of an image where the settings say so, unlike keys of a map', async () => {
  const strict = await startServer({ unknownFields: 'reject' });
  const { uuid } = await addModelService(strict, { yaml: '' });
  const send = (updateModelService: object) =>
    strict.put(`${PATH}/${uuid}`, { updateModelService });

  await expectRejected(
    strict,
    () => send({ architectureImages: [{ cpuArchitecture: 'x86_64', uuid: 'a' }] }),
    invalidArgument(expect.stringContaining('field[architectureImages[0].uuid]')),
  );
  expect((await send({ startupParameters: { anything: 'a' } })).status).toBe(200);
});

describe('replaces', () => {
  test('the images, and computes the architectures again', async () => {
    const server = await startServer();
    const { uuid, createDate } = await addModelService(server, {
      architectureImages: [{ cpuArchitecture: 'x86_64', vmImageUuid: 'a' }, arm],
    });
    server.advance(1000);

    const { body } = await server.put(`${PATH}/${uuid}`, {
      updateModelService: { architectureImages: [loong, arm] },
    });

    const date = 'Nov 25, 2025 11:51:51 AM';
    const image = {
      uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      modelServiceUuid: uuid,
      createDate: date,
      lastOpDate: date,
    };
    expect(body.inventory).toMatchObject({ createDate, lastOpDate: date });
    expect(body.inventory.cpuArchitectures).toEqual(['loongarch64', 'aarch64']);
    expect(body.inventory.modelServiceImages).toEqual([
      { ...image, ...loong, cpuArchitecture: 'loongarch64' },
      { ...image, ...arm, cpuArchitecture: 'aarch64' },
    ]);
    expect(server.rows('model_service_images')).toHaveLength(2);
    expect((await server.get(`${PATH}/${uuid}`)).body.inventories).toEqual([body.inventory]);
  });

  test('the architectures a clone was given, once the images are replaced', async () => {
    const { uuid } = await addModelService(server(), { architectureImages: [arm] });
    const clone = await server().post(`${PATH}/${uuid}`, {
      params: { cpuArchitectures: ['mips64el'] },
    });
    const architecturesAfter = async (updateModelService: object) => {
      const { body } = await server().put(`${PATH}/${clone.body.inventory.uuid}`, {
        updateModelService,
      });
      return body.inventory.cpuArchitectures;
    };

    expect(await architecturesAfter({ name: 'a' })).toEqual(['mips64el', 'aarch64']);
    expect(await architecturesAfter({ architectureImages: [loong] })).toEqual(['loongarch64']);
  });

  test('the version of an app where the type changes', async () => {
    const { uuid } = await addModelService(server(), { installPath: '/dify_1.11.1', type: 'App' });
    const versionAs = async (type: string) => (await put(uuid, { type })).body.inventory.version;

    expect(await versionAs('Endpoint')).toBeUndefined();
    expect(await versionAs('App')).toBe('1.11.1');
  });

  test('the vendor map as a whole', async () => {
    const { uuid } = await addModelService(server());
    await put(uuid, { vendorToSpecUuidsMap: { NVIDIA: ['a'], AMD: ['b'] } });

    const { body } = await put(uuid, { vendorToSpecUuidsMap: { NVIDIA: ['c', 'c'] } });

    expect(body.inventory.vendorToSpecUuidsMap).toEqual({ NVIDIA: ['c'] });
  });
});

describe('edits the yaml', () => {
  const yaml = `# of the file
services:
  # of the first service
  - name: first # of its name
    ports: [3000]
    livez: /livez
    other: {deep: [1, two]}
  - name: second
    ports: [4000]
env:
  - OLD:value
# of the distro
distro:
  packages: vim,nfs-utils
startupParameters:
  old: value
`;
  const data = parse(yaml);
  const withFirst = (first: object) => ({
    ...data,
    services: [{ ...data.services[0], ...first }, data.services[1]],
  });

  test.each([
    ['serviceName', 'qwen:1 # x', withFirst({ name: 'qwen:1 # x' })],
    ['serviceName', ' 8080\n', withFirst({ name: '8080' })],
    ['serviceName', '', withFirst({ name: '' })],
    ['serviceName', 'n'.repeat(4096), withFirst({ name: 'n'.repeat(4096) })],
    ['servicePorts', [1, '65535'], withFirst({ ports: [1, 65535] })],
    ['servicePorts', [], withFirst({ ports: [] })],
    ['serviceLivez', '/l', withFirst({ livez: '/l' })],
    ['serviceReadyz', '/true', withFirst({ readyz: '/true' })],
    ['serviceBootupTime', '65535', withFirst({ serviceBootupTime: 65_535 })],
    ['serviceInstallPath', '/path', withFirst({ installPath: '/path' })],
    ['serviceStartCommand', 'a: b', withFirst({ startCommand: 'a: b' })],
    [
      'environmentParameters',
      { KEY: 'a:b', NUMBER: 1, 'WITH SPACE': ' # ', EMPTY: '', GONE: null },
      { ...data, env: ['KEY:a:b', 'NUMBER:1', 'WITH SPACE: # ', 'EMPTY:'] },
    ],
    [
      'startupParameters',
      { tp: '8', on: true, none: 'null', lines: 'a\nb: c\n', gone: null },
      { ...data, startupParameters: { tp: '8', on: 'true', none: 'null', lines: 'a\nb: c\n' } },
    ],
    ['startupParameters', {}, { ...data, startupParameters: {} }],
    ['inferenceParams', { top_p: 0.9 }, { ...data, inferenceParams: { top_p: '0.9' } }],
  ])('%s = %j', async (name, sent, expected) => {
    const result = await edited(yaml, { [name]: sent });

    expect(parse(result)).toEqual(expected);
    for (const comment of ['file', 'first service', 'its name', 'distro']) {
      expect(result).toContain(`# of the ${comment}`.replace('the its', 'its'));
    }
  });

  test.each([
    ['empty', '', {}],
    ['services of null', 'services:\na: 1', { a: 1 }],
    ['no services', 'services: []\na: 1', { a: 1 }],
    ['a service of null', 'services: [null]\na: 1', { a: 1 }],
    ['an empty flow mapping', '{}', {}],
    ['JSON', '{"a": 1, "services": [{"name": "old"}]}', { a: 1 }],
  ])('making the first service where the text is %s', async (_, text, rest) => {
    const result = await edited(text, { serviceName: 'new' });

    expect(parse(result)).toEqual({ ...rest, services: [{ name: 'new' }] });
  });

  test('of comments alone, which survive', async () => {
    const result = await edited('# note\n', { serviceName: 'new' });

    expect(result).toContain('# note');
    expect(parse(result)).toEqual({ services: [{ name: 'new' }] });
  });

  test.each([
    ['a long line', `text: ${'word '.repeat(50)}end\n`],
    ['numbers in several forms', 'a: 0x1F\nb: 1e3\nc: 1.10\nd: -0.5\n'],
    ['texts that look like something else', 'a: "true"\nb: \'1\'\nc: "null"\nd: "2025-11-25"\n'],
    ['block texts', 'a: |\n  x\n   y\nb: >-\n  folded\n  text\n'],
    ['keys that are no texts', '1: a\ntrue: b\n'],
    ['anchors and aliases', 'base: &base {x: [1]}\ncopy: *base\nmerged:\n  <<: *base\n'],
    ['a document marker', '---\na: 1\n'],
    ['Windows line ends', 'a: 1\r\nb:\r\n  - c\r\n'],
  ])('keeping the data of %s', async (_, text) => {
    const result = await edited(text, { serviceName: 'new' });

    expect(parse(result)).toEqual({ ...parse(text), services: [{ name: 'new' }] });
  });

  test('keeping numbers as they were written', async () => {
    const text = [
      ...['a: 12345678901234567890', 'b: 0.12345678901234567890123', 'c: 1E400', 'd: 010'],
      ...['e: 1e3', 'f: 0xFF', 'g: 0o17', 'h: +5', 'i: .INF', '1.10: j', 'k: [1.0, -0]'],
    ].join('\n');

    const result = await edited(`${text}\n`, { serviceName: 'new' });

    expect(result).toBe(`${text}\nservices:\n  - name: new\n`);
  });

  test('in quotes where a reader of YAML 1.1 would see no text, leaving what was there', async () => {
    const result = await edited('old: yes\n', {
      serviceName: 'on',
      environmentParameters: { '1': '30' },
      startupParameters: { plain: 'text', yes: 'no' },
    });

    expect(parse(result, { version: '1.1' })).toEqual({
      old: true,
      env: ['1:30'],
      startupParameters: { plain: 'text', yes: 'no' },
      services: [{ name: 'on' }],
    });
    expect(result).toContain('plain: text');
  });

  test('keeping anchors and the aliases of them', async () => {
    const result = await edited(
      'base: &base {livez: /l}\nservices:\n  - <<: *base\n    name: old\n',
      { serviceName: 'new' },
    );

    expect(result).toMatch(/&base/);
    expect(parse(result, { merge: true })).toEqual({
      base: { livez: '/l' },
      services: [{ livez: '/l', name: 'new' }],
    });
  });

  test('keeping comments beside lists and around them', async () => {
    const result = await edited(
      'services:\n  - ports: # of the list\n      - 1\n    # before the next key\n    livez: /l\n# at the end\n',
      { servicePorts: [2] },
    );

    for (const comment of ['# of the list', '# before the next key', '# at the end']) {
      expect(result).toContain(comment);
    }
    expect(parse(result)).toEqual({ services: [{ ports: [2], livez: '/l' }] });
  });

  test('of a name that means something to the language', async () => {
    const raw = '{"updateModelService":{"startupParameters":{"__proto__":"a","toString":"b"}}}';
    const { uuid } = await addModelService(server(), { yaml: '' });

    const { body } = await server().put(`${PATH}/${uuid}`, undefined, { raw });

    expect(body.inventory.yaml).toMatch(
      /^startupParameters:\n {2}__proto__: a\n {2}toString: b\n$/,
    );
  });

  test('not at all where every edit is null', async () => {
    const text = 'a:   1 # odd   spacing\n\n\n';

    expect(await edited(text, { serviceName: null, startupParameters: null })).toBe(text);
  });

  const sample =
    'services:\n  - ports:\n      - 3000\n  name: qwen1.5-7b-chat:2b34xhrmqwhomjkd\n  livez: /livez\n';
  test.each([
    ['a text', 'example-yaml-configuration'],
    ['a list', '- a\n- b\n'],
    ['a number', '42'],
    ['broken', 'a: [1, 2\nb: 3\n'],
    ['of broken indentation, like the documents’ sample', sample],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a mapping with a key twice', 'a: 1\na: 2\n'],
    ['indented by tabs', 'a:\n\tb: 1\n'],
    ['of an alias without an anchor', 'a: *nowhere\n'],
    ['of services that are no list', 'services: text\n'],
    ['of a service that is no mapping', 'services: [text]\n'],
    ['of services that are an alias', 'all: &all [{name: a}]\nservices: *all\n'],
    ['of a service that is an alias', 'one: &one {name: a}\nservices: [*one]\n'],
    ['longer than can be edited', `a: ${'x'.repeat(65_534)}`],
    ['nested too deep', `a: ${'['.repeat(101)}${']'.repeat(101)}`],
  ])('rejecting a text that is %s', async (_, text) => {
    const { uuid } = await addModelService(server(), { yaml: text });
    const broken = {
      name: 'new',
      architectureImages: [arm],
      serviceName: 'a',
      vendorToSpecUuidsMap: {},
    };
    const rejection = invalidArgument(
      expect.stringMatching(/^field\[serviceName\] can't be applied to the service's yaml, /),
    );

    await expectRejected(server(), () => put(uuid, broken, { userTags: ['a'] }), rejection);
  });

  test('naming the parameter that can’t be applied', async () => {
    const { uuid } = await addModelService(server(), { yaml: 'example-yaml-configuration' });
    const edits = Object.entries(parametersOf('UpdateModelService')).filter(([name]) =>
      /^service|^environmentP|^startupP|^inferenceP/.test(name),
    );
    expect(edits).toHaveLength(10);

    for (const [name, { accepted }] of edits) {
      await expectRejected(
        server(),
        () =>
          server().put(`${PATH}/${uuid}`, { updateModelService: { [name]: accepted[0]?.sent } }),
        invalidArgument(expect.stringMatching(`^field\\[${name}\\] .*yaml`)),
      );
    }
  });
});
