import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  boolean,
  gpuNumbers,
  notAllowedInOrder,
  type Parameters,
  rejectedRows,
  TEXT_MAX,
  takenRows,
  text,
  texts,
  verbatim,
} from '../support/parameters.ts';
import {
  expectError,
  expectErrorWithoutChange,
  invalidArgument,
  noRoute,
  notFound,
  tooLongText,
} from '../support/refusals.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredModelParams,
} from '../support/resources.ts';
import {
  API,
  type CallOptions,
  openServer,
  recordingLogger,
  type Server,
  startServer,
} from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/models`;
const SERVICES = `${API}/model-services`;

/** In the order of F46. */
const parameters = {
  name: text(255),
  installPath: text(255),
  description: text(255),
  vendor: text(255),
  parameters: verbatim(255),
  modelCenterUuid: text(255),
  modelClassifications: texts,
  recommendedGpuNum: gpuNumbers,
  gpuConstraintDescription: text(512),
  modelId: text(255),
  defaultModelServiceUuid: { ...text(255), taken: [] },
  clearDefaultModelService: { ...boolean, taken: [] },
} satisfies Parameters;

const hidden = new Set(['modelClassifications']);
const uuid = expect.stringMatching(/^[0-9a-f]{32}$/);

let server: Server;
let path: string;
beforeAll(async () => {
  server = await openServer();
  path = `${PATH}/${(await addModel(server)).uuid}`;
});
afterAll(() => server.close());

const update = (params: object, extra: object = {}) =>
  server.put(path, { updateModel: params, ...extra });

/** The one member of `inventories`. */
async function read(on: Server, url: string) {
  const { body } = await on.get(url);
  expect(body.inventories).toHaveLength(1);
  return body.inventories[0];
}

describe('changes what is given and nothing else', () => {
  test.each(takenRows(parameters))('%s takes %s', async (field, _, { sent, stored }) => {
    const before = await read(server, path);

    const { status, headers, body } = await update({ [field]: sent });

    const changed = hidden.has(field) ? {} : { [field]: stored };
    expect(body).toEqual({ success: true, inventory: { ...before, ...changed } });
    expect(Object.keys(body)[0]).toBe('success');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(storedField(server, 'model', before.uuid, field, stored)).toEqual(stored);
    expect(await read(server, path)).toEqual(body.inventory);
  });

  test('a classification takes 16777215 characters', async () => {
    const server = await startServer();
    const { uuid } = await addModel(server);
    const modelClassifications = ['x'.repeat(TEXT_MAX)];

    const { status } = await server.put(`${PATH}/${uuid}`, {
      updateModel: { modelClassifications },
    });

    expect(status).toBe(200);
    const stored = storedField(server, 'model', uuid, 'modelClassifications', []) as string[];
    expect(stored[0] === modelClassifications[0]).toBe(true);
  });

  test('all of it at once', async () => {
    const { uuid: model } = await addModel(server);
    const { uuid: service } = await addModelService(server);
    const reported = {
      name: 'a',
      installPath: 'b',
      description: 'c',
      vendor: 'd',
      parameters: ' e ',
      modelCenterUuid: 'f',
      gpuConstraintDescription: 'g',
      modelId: 'h',
    };

    const { body } = await server.put(`${PATH}/${model}`, {
      updateModel: {
        ...reported,
        modelClassifications: ['i', 'j'],
        recommendedGpuNum: '1,2',
        defaultModelServiceUuid: service,
        clearDefaultModelService: false,
      },
    });

    expect(body.inventory).toMatchObject({ ...reported, uuid: model, recommendedGpuNum: [1, 2] });
    expect(body.inventory.modelServiceRefs).toMatchObject([
      { modelServiceUuid: service, isDefault: true },
    ]);
    expect(storedField(server, 'model', model, 'modelClassifications', [])).toEqual(['i', 'j']);
  });

  test.each([
    ['an empty wrapper', { updateModel: {} }, {}],
    ['a wrapper of null', { updateModel: null }, {}],
    [
      'nulls',
      { updateModel: Object.fromEntries(Object.keys(parameters).map((name) => [name, null])) },
      {},
    ],
    ['an empty object', {}, {}],
    ['null', null, {}],
    ['no body', undefined, {}],
    ['an empty JSON body', undefined, { raw: '' }],
    [
      'no body but its Content-Type',
      undefined,
      { headers: { 'content-type': 'application/json' } },
    ],
    ['tags of null', { systemTags: null, userTags: null }, {}],
    ['another wrapper', { param: { name: 'no' }, params: { name: 'no' } }, {}],
    ['the wrapper of another operation', { updateModelService: { name: 'no' } }, {}],
    ['the wrapper in another case', { UpdateModel: { name: 'no' } }, {}],
    ['parameters without a wrapper', { name: 'no', modelId: 'no' }, {}],
    ['inherited names', undefined, { raw: '{"updateModel":{"__proto__":{"name":"no"}}}' }],
    ['an inherited wrapper', undefined, { raw: '{"__proto__":{"updateModel":{"name":"no"}}}' }],
  ] as [string, unknown, CallOptions][])('nothing at all for %s', async (_, body, options) => {
    const before = await read(server, path);

    for (const url of [path, `${path}/actions`]) {
      const answer = await server.put(url, body, options);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { success: true, inventory: before },
      });
    }
    expect(await read(server, path)).toEqual(before);
  });

  test('leaving alone what only Add sets, also where it is sent', async () => {
    const added = {
      token: 'a token',
      logo: ' a logo ',
      introduction: ' an introduction ',
      size: 7,
      version: 'a version',
      tagUuids: ['a tag'],
      shareMode: 'Public',
    };
    const before = await addModel(server, added);
    const [row] = server.rows('models', `uuid = '${before.uuid}'`);

    const { body } = await server.put(`${PATH}/${before.uuid}`, {
      updateModel: {
        token: 'other',
        logo: 'other',
        introduction: 'other',
        size: 8,
        version: 'other',
        tagUuids: ['other'],
        shareMode: 'Public',
        resourceUuid: 'other',
        uuid: 'other',
        type: 'other',
        modelServiceRefs: [],
        modelServiceUuids: ['other'],
        createDate: 'other',
        vendor: 'new',
      },
    });

    expect(body).toEqual({ success: true, inventory: { ...before, vendor: 'new' } });
    expect(server.rows('models', `uuid = '${before.uuid}'`)).toEqual([{ ...row, vendor: 'new' }]);
  });

  test('leaving texts alone that are longer than an update may send', async () => {
    const long = {
      installPath: 'i'.repeat(2048),
      description: 'd'.repeat(2048),
      parameters: 'p'.repeat(10_000),
    };
    const before = await addModel(server, long);

    const { body } = await server.put(`${PATH}/${before.uuid}`, { updateModel: { name: 'new' } });

    expect(body).toEqual({ success: true, inventory: { ...before, name: 'new' } });
  });

  test('leaving other models alone', async () => {
    const { uuid: service } = await addModelService(server);
    const other = await addModel(server, { defaultModelServiceUuid: service, userTags: ['a'] });

    await update({ name: 'changed', defaultModelServiceUuid: service }, { userTags: ['b'] });
    await update({ clearDefaultModelService: true });

    expect(await read(server, `${PATH}/${other.uuid}`)).toEqual(other);
    expect(storedTags(server, other.uuid)).toMatchObject([{ tag: 'a' }]);
  });

  test('to a name and a modelId that another model has', async () => {
    const other = await addModel(server, { name: 'same', modelId: 'same' });

    const { status, body } = await update({ name: other.name, modelId: other.modelId });

    expect(status).toBe(200);
    expect(body.inventory).toMatchObject({ name: 'same', modelId: 'same' });
    expect(body.inventory.uuid).not.toBe(other.uuid);
  });

  test('replacing the classifications, which no answer tells', async () => {
    const model = await addModel(server);
    const url = `${PATH}/${model.uuid}`;
    const classify = (modelClassifications: unknown) =>
      server.put(url, { updateModel: { modelClassifications } });
    const stored = () => storedField(server, 'model', model.uuid, 'modelClassifications', []);

    await classify(['hidden-a', 'hidden-b', 'hidden-a']);
    expect(stored()).toEqual(['hidden-a', 'hidden-b', 'hidden-a']);
    const { body } = await classify(['hidden-c']);
    expect(stored()).toEqual(['hidden-c']);
    await classify(null);
    expect(stored()).toEqual(['hidden-c']);

    for (const answer of [body, (await server.get(url)).body, (await server.get(PATH)).body]) {
      expect(JSON.stringify(answer)).not.toContain('hidden-');
      expect(JSON.stringify(answer)).not.toContain('modelClassifications');
    }
  });

  test('logging no classification, also where the request is refused', async () => {
    const { logger, lines } = recordingLogger();
    const server = await startServer({ logger });
    const { uuid } = await addModel(server);
    const secret = 'hidden-classification';

    for (const updateModel of [
      { modelClassifications: [secret], modelClasifications: [secret] },
      { modelClassifications: [secret], recommendedGpuNum: 'x' },
      { modelClassifications: [secret], defaultModelServiceUuid: 'no-such-service' },
    ]) {
      await server.put(`${PATH}/${uuid}`, { updateModel });
    }

    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.join()).not.toContain(secret);
  });
});

describe('dates', () => {
  test('lastOpDate moves with every success, createDate never', async () => {
    const server = await startServer();
    const { uuid, createDate } = await addModel(server);
    const service = await addModelService(server);
    const bodies = [
      undefined,
      {},
      { updateModel: { name: 'a' } },
      { updateModel: { name: 'a' } },
      { updateModel: { modelClassifications: ['a'] } },
      { updateModel: { defaultModelServiceUuid: service.uuid } },
      { updateModel: { clearDefaultModelService: true } },
      { updateModel: { clearDefaultModelService: false } },
      { userTags: ['a'] },
    ];

    for (const [second, body] of bodies.entries()) {
      server.advance(1000);
      const answer = await server.put(`${PATH}/${uuid}`, body);
      expect(answer.body.inventory).toMatchObject({
        createDate,
        lastOpDate: `Nov 25, 2025 11:51:5${second + 1} AM`,
      });
      expect(await read(server, `${PATH}/${uuid}`)).toEqual(answer.body.inventory);
    }
    const { createDate: made, lastOpDate } = service;
    expect(await read(server, `${SERVICES}/${service.uuid}`)).toMatchObject({
      createDate: made,
      lastOpDate,
    });
  });

  test('neither moves with a refused update', async () => {
    const server = await startServer();
    const model = await addModel(server);
    server.advance(1000);

    for (const updateModel of [{ name: {} }, { defaultModelServiceUuid: 'no-such-service' }]) {
      await server.put(`${PATH}/${model.uuid}`, { updateModel, userTags: ['a'] });
    }

    expect(await read(server, `${PATH}/${model.uuid}`)).toEqual(model);
    expect(storedTags(server, model.uuid)).toEqual([]);
  });
});

describe('attaches tags', () => {
  test('to those that are there, each once, beside the wrapper before inside it', async () => {
    const model = await addModel(server, { systemTags: ['a'], userTags: ['b'] });
    const rows = () => server.rows('tags', `resource_uuid = '${model.uuid}' ORDER BY position`);
    const before = rows();

    await server.put(`${PATH}/${model.uuid}`, {
      updateModel: { userTags: ['unheard'] },
      systemTags: ['b', 'a', ' a ', 'b'],
      userTags: ['b'],
    });

    const tag = (type: string, text: string) => ({ type, tag: text, resourceType: 'ModelVO' });
    expect(storedTags(server, model.uuid)).toEqual([
      ...[tag('System', 'a'), tag('User', 'b'), tag('System', 'b'), tag('System', ' a ')],
    ]);
    expect(rows().slice(0, 2)).toEqual(before);
  });

  test.each([
    ['inside the wrapper', { updateModel: { systemTags: ['a'], userTags: ['b'] } }],
    ['without a wrapper', { systemTags: ['a'], userTags: ['b'] }],
    ['beside a wrapper of null', { updateModel: null, systemTags: ['a'], userTags: ['b'] }],
    [
      'on either side of the wrapper',
      { updateModel: { systemTags: ['a'] }, systemTags: null, userTags: ['b'] },
    ],
  ])('that are %s', async (_, body) => {
    const { uuid } = await addModel(server);

    expect((await server.put(`${PATH}/${uuid}`, body)).status).toBe(200);

    expect(storedTags(server, uuid)).toMatchObject([
      { type: 'System', tag: 'a' },
      { type: 'User', tag: 'b' },
    ]);
  });

  test('to no service, also where one is bound', async () => {
    const { uuid } = await addModelService(server);

    await update({ defaultModelServiceUuid: uuid }, { userTags: ['of the model'] });

    expect(storedTags(server, uuid)).toEqual([]);
  });
});

describe('defaultModelServiceUuid', () => {
  /** A model bound to two services, the first of them its default. */
  async function bound(on = server) {
    const [first, second] = [await addModelService(on), await addModelService(on)];
    const model = await addModel(on, {
      modelServiceUuids: [first.uuid, second.uuid],
      defaultModelServiceUuid: first.uuid,
    });
    return { model, first, second, url: `${PATH}/${model.uuid}` };
  }
  const setDefault = (url: string, defaultModelServiceUuid: unknown) =>
    server.put(url, { updateModel: { defaultModelServiceUuid } });

  test('binds a service that is not bound', async () => {
    const model = await addModel(server);
    const service = await addModelService(server);

    const { body } = await setDefault(`${PATH}/${model.uuid}`, ` ${service.uuid}\n`);

    const modelServiceRefs = [
      { uuid, modelUuid: model.uuid, modelServiceUuid: service.uuid, isDefault: true },
    ];
    expect(body).toEqual({ success: true, inventory: { ...model, modelServiceRefs } });
    expect(await read(server, `${PATH}/${model.uuid}`)).toEqual(body.inventory);
    expect(await read(server, `${SERVICES}/${service.uuid}`)).toEqual({
      ...service,
      modelServiceRefs: body.inventory.modelServiceRefs,
    });
  });

  test('marks the binding of one that is, the earlier default keeping its own', async () => {
    const { model, second, url } = await bound();
    const [firstRef, secondRef] = model.modelServiceRefs;

    const { body } = await setDefault(url, second.uuid);

    expect(body.inventory).toEqual({
      ...model,
      modelServiceRefs: [
        { ...firstRef, isDefault: false },
        { ...secondRef, isDefault: true },
      ],
    });
    expect(await read(server, url)).toEqual(body.inventory);
    expect((await read(server, `${SERVICES}/${second.uuid}`)).modelServiceRefs).toEqual([
      { ...secondRef, isDefault: true },
    ]);
  });

  test('binds after those that are bound, as the only default', async () => {
    const { model, url } = await bound();
    const third = await addModelService(server);

    const { body } = await setDefault(url, third.uuid);

    expect(body.inventory.modelServiceRefs).toEqual([
      ...model.modelServiceRefs.map((ref) => ({ ...ref, isDefault: false })),
      { uuid, modelUuid: model.uuid, modelServiceUuid: third.uuid, isDefault: true },
    ]);
    expect(await read(server, url)).toEqual(body.inventory);
  });

  test('changes nothing where it is the default already', async () => {
    const { model, first, url } = await bound();
    const refs = () => server.rows('model_service_refs');
    const before = refs();

    const { body } = await setDefault(url, first.uuid);

    expect(body).toEqual({ success: true, inventory: model });
    expect(refs()).toEqual(before);
  });

  test('goes back and forth without losing or adding a binding', async () => {
    const { model, first, second, url } = await bound();

    for (const { uuid } of [second, first, second, second, first]) {
      const { body } = await setDefault(url, uuid);
      expect(body.inventory.modelServiceRefs).toEqual(
        model.modelServiceRefs.map((ref) => ({
          ...ref,
          isDefault: ref.modelServiceUuid === uuid,
        })),
      );
    }
  });

  test('leaves the other models of the service their defaults', async () => {
    const { model, first } = await bound();
    const other = await addModel(server, { modelServiceUuids: [first.uuid] });

    await setDefault(`${PATH}/${other.uuid}`, first.uuid);

    expect(await read(server, `${PATH}/${model.uuid}`)).toEqual(model);
    const { modelServiceRefs } = await read(server, `${SERVICES}/${first.uuid}`);
    expect(modelServiceRefs).toMatchObject([
      { modelUuid: model.uuid, isDefault: true },
      { modelUuid: other.uuid, isDefault: true },
    ]);
  });

  test('is taken up again after the default’s service is unbound or deleted', async () => {
    const { model, first, second, url } = await bound();
    const [, secondRef] = model.modelServiceRefs;

    await server.delete(`${url}/model-services/${first.uuid}`);
    const unbound = await setDefault(url, first.uuid);
    await server.delete(`${SERVICES}/${first.uuid}`);
    const deleted = await setDefault(url, second.uuid);

    expect(unbound.body.inventory.modelServiceRefs).toEqual([
      secondRef,
      { uuid, modelUuid: model.uuid, modelServiceUuid: first.uuid, isDefault: true },
    ]);
    expect(deleted.body.inventory.modelServiceRefs).toEqual([{ ...secondRef, isDefault: true }]);
  });

  test.each([
    ['an unknown uuid', () => 'no-such-service'],
    ['the empty text', () => ''],
    ['a model’s uuid', async () => (await addModel(server)).uuid],
    ['a center’s uuid', async () => (await addModelCenter(server)).uuid],
    ['a uuid in capitals', async () => (await addModelService(server)).uuid.toUpperCase()],
    [
      'a service that is deleted',
      async () => {
        const { uuid } = await addModelService(server);
        await server.delete(`${SERVICES}/${uuid}`);
        return uuid;
      },
    ],
  ])('refuses %s, also beside clearDefaultModelService', async (_, named) => {
    const { url } = await bound();
    const service = await named();

    for (const clearDefaultModelService of [undefined, false, true]) {
      await expectErrorWithoutChange(
        server,
        () =>
          server.put(url, {
            updateModel: {
              name: 'new',
              defaultModelServiceUuid: service,
              clearDefaultModelService,
            },
            userTags: ['tag'],
          }),
        notFound('defaultModelServiceUuid', service, 'ModelServiceVO'),
      );
    }
  });

  test('of one model set by many at once leaves one default and every binding', async () => {
    const { model, url } = await bound();
    const services = await Promise.all(Array.from({ length: 8 }, () => addModelService(server)));

    const answers = await Promise.all(services.map(({ uuid }) => setDefault(url, uuid)));

    const defaults = (refs: { isDefault: boolean; modelServiceUuid: string }[]) =>
      refs.filter(({ isDefault }) => isDefault).map(({ modelServiceUuid }) => modelServiceUuid);
    for (const [index, { status, body }] of answers.entries()) {
      expect(status).toBe(200);
      expect(defaults(body.inventory.modelServiceRefs)).toEqual([services[index]?.uuid]);
    }
    const { modelServiceRefs } = await read(server, url);
    expect(modelServiceRefs).toHaveLength(2 + services.length);
    expect(modelServiceRefs.slice(0, 2)).toEqual(
      model.modelServiceRefs.map((ref) => ({ ...ref, isDefault: false })),
    );
    expect(defaults(modelServiceRefs)).toHaveLength(1);
    const bindings = modelServiceRefs
      .slice(2)
      .map(({ modelServiceUuid }: { modelServiceUuid: string }) => modelServiceUuid);
    expect(bindings.toSorted()).toEqual(services.map(({ uuid }) => uuid).toSorted());
  });

  test('set while the service or the model is deleted is done before or refused after', async () => {
    const { model, second, url } = await bound();
    const { uuid: third } = await addModelService(server);

    const [, withService] = await Promise.all([
      server.delete(`${SERVICES}/${third}`),
      setDefault(url, third),
    ]);
    const [, withModel] = await Promise.all([server.delete(url), setDefault(url, second.uuid)]);

    if (withService.status !== 200) {
      expectError(withService, notFound('defaultModelServiceUuid', third, 'ModelServiceVO'));
    }
    if (withModel.status !== 200) {
      expectError(withModel, notFound('uuid', model.uuid, 'ModelVO'));
    }
    const left = `model_uuid = '${model.uuid}' OR model_service_uuid = '${third}'`;
    expect(server.rows('model_service_refs', left)).toEqual([]);
  });
});

describe('clearDefaultModelService', () => {
  async function withDefault() {
    const { uuid: service } = await addModelService(server);
    const model = await addModel(server, { defaultModelServiceUuid: service });
    return { model, service, url: `${PATH}/${model.uuid}` };
  }

  test.each([true, 'true', 'TRUE'])('%j leaves no default, but the binding', async (clear) => {
    const { model, service, url } = await withDefault();
    const [ref] = model.modelServiceRefs;

    const { body } = await server.put(url, { updateModel: { clearDefaultModelService: clear } });

    const modelServiceRefs = [{ ...ref, isDefault: false }];
    expect(body).toEqual({ success: true, inventory: { ...model, modelServiceRefs } });
    expect(await read(server, url)).toEqual(body.inventory);
    expect(await read(server, `${SERVICES}/${service}`)).toMatchObject({ modelServiceRefs });
  });

  test.each([false, 'False', null])('%j clears nothing', async (clear) => {
    const { model, url } = await withDefault();

    const { body } = await server.put(url, { updateModel: { clearDefaultModelService: clear } });

    expect(body).toEqual({ success: true, inventory: model });
    expect(await read(server, url)).toEqual(model);
  });

  test('succeeds where there is no default, and where there is no binding', async () => {
    const { uuid: service } = await addModelService(server);
    for (const model of [
      await addModel(server, { modelServiceUuids: [service] }),
      await addModel(server),
    ]) {
      const { body } = await server.put(`${PATH}/${model.uuid}`, {
        updateModel: { clearDefaultModelService: true },
      });
      expect(body).toEqual({ success: true, inventory: model });
    }
  });

  test('is overruled by a default that is given with it', async () => {
    const { model, service, url } = await withDefault();
    const other = await addModelService(server);

    for (const defaultModelServiceUuid of [service, other.uuid]) {
      const { body } = await server.put(url, {
        updateModel: { clearDefaultModelService: true, defaultModelServiceUuid },
      });
      const defaults = body.inventory.modelServiceRefs.filter(
        ({ isDefault }: { isDefault: boolean }) => isDefault,
      );
      expect(defaults).toMatchObject([
        { modelUuid: model.uuid, modelServiceUuid: defaultModelServiceUuid },
      ]);
    }
  });

  test('is not overruled by a default of null', async () => {
    const { url } = await withDefault();

    const { body } = await server.put(url, {
      updateModel: { clearDefaultModelService: true, defaultModelServiceUuid: null },
    });

    expect(body.inventory.modelServiceRefs).toMatchObject([{ isDefault: false }]);
  });

  test('can be undone by setting the default again, under the same binding', async () => {
    const { model, service, url } = await withDefault();
    await server.put(url, { updateModel: { clearDefaultModelService: true } });

    const { body } = await server.put(url, { updateModel: { defaultModelServiceUuid: service } });

    expect(body.inventory).toEqual(model);
  });
});

describe('its path', () => {
  test.each(['', '/actions'])('may end in "%s", and its slashes may be doubled', async (suffix) => {
    const doubled = `${path.replaceAll('/', '//')}${suffix.replace('/', '///')}`;
    for (const [name, url] of [
      ['a', path + suffix],
      ['b', doubled],
    ] as const) {
      const { status, body } = await server.put(url, { updateModel: { name } });
      expect({ status, name: body.inventory.name }).toEqual({ status: 200, name });
    }
  });

  test('is another one with a trailing slash', async () => {
    for (const url of [`${path}/`, `${path}/actions/`, `${PATH}/`]) {
      await expectErrorWithoutChange(
        server,
        () => server.put(url, { updateModel: { name: 'a' } }),
        noRoute(url.slice('/zstack'.length)),
      );
    }
  });
});

describe('refuses, storing nothing', () => {
  // Of its own, so that comparing all of the database stays quick.
  let server: Server;
  let path: string;
  beforeAll(async () => {
    server = await openServer();
    const { uuid: service } = await addModelService(server);
    const { uuid } = await addModel(server, { defaultModelServiceUuid: service });
    path = `${PATH}/${uuid}`;
  });
  afterAll(() => server.close());
  const update = (params: object, extra: object = {}) =>
    server.put(path, { updateModel: params, ...extra });

  test.each(rejectedRows('UpdateModel', parameters))('%s: %s', async (name, _, row) => {
    await expectErrorWithoutChange(
      server,
      () => update({ [name]: row.sent }, { userTags: ['tag'] }),
      invalidArgument(row.details),
    );
  });

  test('modelClassifications: one character more than its longest', async () => {
    await expectErrorWithoutChange(
      server,
      () => update({ modelClassifications: ['a', 'x'.repeat(TEXT_MAX + 1)] }),
      tooLongText('UpdateModel', 'modelClassifications[1]'),
    );
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('UpdateModel', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await update(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => update({ name: 'n'.repeat(256), clearDefaultModelService: 'yes' }),
      invalidArgument(
        'Invalid value for boolean field [clearDefaultModelService], [yes] is not a valid boolean string[true, false].',
      ),
    );
  });

  test('arguments before existence', async () => {
    await expectErrorWithoutChange(
      server,
      () =>
        server.put(`${PATH}/no-such-model`, {
          updateModel: { defaultModelServiceUuid: 'no-such-service', recommendedGpuNum: [-1] },
        }),
      invalidArgument('field[recommendedGpuNum[0]] must be in range of [0, 2147483647]'),
    );
  });

  test('an unknown model before an unknown service', async () => {
    await expectErrorWithoutChange(
      server,
      () =>
        server.put(`${PATH}/no-such-model`, {
          updateModel: { defaultModelServiceUuid: 'no-such-service' },
        }),
      notFound('uuid', 'no-such-model', 'ModelVO'),
    );
  });

  test.each([
    ['an unknown uuid', () => '6c1a5f6167944aa1886294842075279f'],
    ['what is no uuid', () => 'no-such-model'],
    ['a service’s uuid', async () => (await addModelService(server)).uuid],
    ['a center’s uuid', async () => (await addModelCenter(server)).uuid],
    ['a uuid in capitals', () => path.slice(PATH.length + 1).toUpperCase()],
    ['a uuid in spaces', () => ` ${path.slice(PATH.length + 1)}`],
    ['a modelId that is no uuid', async () => (await addModel(server, { modelId: 'id' })).modelId],
    ['a uuid that is percent-encoded', () => "no such' model/%"],
    ['a uuid with U+0000', () => 'a\0b'],
    ['a very long uuid', () => 'u'.repeat(3000)],
    [
      'a model that is deleted',
      async () => {
        const { uuid } = await addModel(server);
        await server.delete(`${PATH}/${uuid}`);
        return uuid;
      },
    ],
  ])('%s', async (_, named) => {
    const uuid = await named();

    for (const suffix of ['', '/actions']) {
      for (const body of [{ updateModel: { name: 'a' }, userTags: ['tag'] }, undefined]) {
        await expectErrorWithoutChange(
          server,
          () => server.put(`${PATH}/${encodeURIComponent(uuid)}${suffix}`, body),
          notFound('uuid', uuid, 'ModelVO'),
        );
      }
    }
  });

  test.each([
    [
      'a wrapper that is a text',
      { updateModel: 'x' },
      '[updateModel] field is excepted an object, but was [x].',
    ],
    [
      'a wrapper that is a list',
      { updateModel: [] },
      '[updateModel] field is excepted an object, but was [[]].',
    ],
    [
      'a wrapper that is a number',
      { updateModel: 0 },
      '[updateModel] field is excepted an object, but was [0].',
    ],
    [
      'a wrapper that is a boolean',
      { updateModel: false },
      '[updateModel] field is excepted an object, but was [false].',
    ],
    ['a body that is a list', [], '[body] field is excepted an object, but was [[]].'],
    [
      'tags that are a text',
      { userTags: 'a' },
      '[userTags] field is excepted a list, but was [a].',
    ],
    [
      'a tag of null',
      { updateModel: { systemTags: [null] } },
      'field[systemTags] cannot contain a NULL element',
    ],
    [
      'a tag with U+0000',
      { userTags: ['\0'] },
      'field[userTags[0]] cannot contain a NUL character or a lone surrogate',
    ],
    [
      'a tag that is too long',
      { systemTags: ['t'.repeat(4097)] },
      'field[systemTags[0]] of message[org.zstack.ai.message.APIUpdateModelMsg] exceeds max length ' +
        'of string. expected was <= 4096, actual was 4097',
    ],
  ])('%s', async (_, body, details) => {
    await expectErrorWithoutChange(server, () => server.put(path, body), invalidArgument(details));
  });
});

test('leaves the model as it was where the new parts could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const [first, second] = [await addModelService(server), await addModelService(server)];
    const { uuid } = await addModel(server, { defaultModelServiceUuid: first.uuid });
    server.advance(1000);
    const updateModel = { name: 'new', defaultModelServiceUuid: second.uuid };
    return () => server.put(`${PATH}/${uuid}`, { updateModel, userTags: ['a', 'b'] });
  });
});

describe('with unknown fields', () => {
  const rejecting = sharedServer({ unknownFields: 'reject' });

  test.each([
    ['beside the wrapper', { updateModel: {}, other: 1 }, 'other'],
    ['in the wrapper', { updateModel: { token: null } }, 'token'],
    ['of another operation', { updateModel: { size: 1 } }, 'size'],
    ['as wrappers', { param: {} }, 'param'],
  ])('refuses those %s where the settings say so', async (_, body, name) => {
    const strict = rejecting();
    const { uuid } = await addModel(strict);

    await expectErrorWithoutChange(
      strict,
      () => strict.put(`${PATH}/${uuid}`, body),
      invalidArgument(expect.stringContaining(`field[${name}]`)),
    );
  });

  test('takes all that are known where the settings refuse others', async () => {
    const strict = rejecting();
    const { uuid } = await addModel(strict);
    const nulls = Object.fromEntries(Object.keys(parameters).map((name) => [name, null]));
    const updateModel = { ...nulls, systemTags: [], userTags: [] };

    expect(
      await strict.put(`${PATH}/${uuid}`, { updateModel, systemTags: [], userTags: [] }),
    ).toMatchObject({ status: 200 });
  });
});

describe('with strict references', () => {
  const strict = sharedServer({ strictReferences: true });

  async function centerAndModel() {
    const server = strict();
    const center = await addModelCenter(server);
    const model = await addModel(server, { modelCenterUuid: center.uuid });
    return { server, center, model, url: `${PATH}/${model.uuid}` };
  }

  test('takes a registered center', async () => {
    const { server, url } = await centerAndModel();
    const { uuid: modelCenterUuid } = await addModelCenter(server);

    const { body } = await server.put(url, { updateModel: { modelCenterUuid } });

    expect(body.inventory).toMatchObject({ modelCenterUuid });
  });

  test('refuses a center that is not registered, and what is no center', async () => {
    const { server, model, url } = await centerAndModel();

    for (const modelCenterUuid of ['no-such-center', '', model.uuid]) {
      await expectErrorWithoutChange(
        server,
        () => server.put(url, { updateModel: { name: 'new', modelCenterUuid }, userTags: ['tag'] }),
        notFound('modelCenterUuid', modelCenterUuid, 'ModelCenterVO'),
      );
    }
  });

  test('refuses an unknown center before an unknown service, and after an unknown model', async () => {
    const { server, url } = await centerAndModel();
    const updateModel = { modelCenterUuid: 'x', defaultModelServiceUuid: 'y' };

    await expectErrorWithoutChange(
      server,
      () => server.put(url, { updateModel }),
      notFound('modelCenterUuid', 'x', 'ModelCenterVO'),
    );
    await expectErrorWithoutChange(
      server,
      () => server.put(`${PATH}/z`, { updateModel }),
      notFound('uuid', 'z', 'ModelVO'),
    );
  });

  test('asks nothing of the center that an update leaves alone', async () => {
    const lax = await startServer();
    const { uuid } = await addModel(lax, requiredModelParams);
    const strict = await startServer({ strictReferences: true, database: lax.database });

    const { status, body } = await strict.put(`${PATH}/${uuid}`, { updateModel: { name: 'new' } });

    expect({ status, name: body.inventory?.name }).toEqual({ status: 200, name: 'new' });
  });
});
