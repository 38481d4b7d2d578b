import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import examples from '../openapi/examples.json' with { type: 'json' };
import { addModel, addModelService, requiredServiceParams } from './support/resources.ts';
import {
  type Answer,
  API,
  openServer,
  SESSION,
  type Server,
  START_DATE,
} from './support/server.ts';
import { storedField, storedTags } from './support/stored.ts';

/** A call as a document's curl command makes it, and the answer it shows. */
interface Documented {
  method: string;
  headers: Record<string, string>;
  path: string;
  body: string;
  answer: { inventory: Record<string, unknown> };
}

/**
 * Reads a document's curl command, which stands in its file to the letter.
 * @param values for what a template leaves open, as `<name>` in its body and `{name}` elsewhere
 */
function documented(name: string, values: Record<string, unknown> = {}): Documented {
  const read = (extension: string) => readFileSync(`test/documents/${name}.${extension}`, 'utf8');
  const valueFor = (open: string) => {
    if (!Object.hasOwn(values, open)) throw new Error(`${name} leaves ${open} open`);
    return values[open];
  };
  const [, template = ''] = /-d '(.*)'/.exec(read('sh')) ?? [];
  const head = read('sh')
    .replace(`-d '${template}'`, '')
    .replace('{host}', 'localhost')
    .replace(/\{(\w+)\}/g, (_, open) => String(valueFor(open)));
  const headers = [...head.matchAll(/-H (["'])(.+?): (.+?)\1/g)].map(([, , key, text]) => [
    key,
    text,
  ]);
  return {
    method: /-X (\w+)/.exec(head)?.[1] ?? '',
    headers: Object.fromEntries(headers),
    path: /http:\/\/[^/]+([^\s']+)/.exec(head)?.[1] ?? '',
    body: template.replace(/"<(\w+)>"/g, (_, open) => JSON.stringify(valueFor(open))),
    answer: JSON.parse(read('answer.json')),
  };
}

async function send(server: Server, call: Documented): Promise<Answer> {
  const { method, headers, path, body } = call;
  const response = await fetch(server.url + path, { method, headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const UPDATED = 'a0a4dfd377a13862bb92614482ea2d42';
const CLONED = 'd76744cb53f9378abf42b907df3efb6e';
const ADDED = '90d425a802ff44eeb530f21587633700';
const BOUND = '059d19eb310f36d4a7f43f51eaab87b8';

const updateModelService = documented('000-UpdateModelService');
const cloneModelService = documented('001-CloneModelService');
const addModelServiceValues = {
  sessionUuid: SESSION,
  name: 'text to text model service',
  description: 'This is text to text model service you can chose model',
  yaml: 'model service parameters',
  zoneUuid: 'f32e54cc5bac4b1a9e1ae4ba0d6f7a4f',
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
  gpuComputeCapability: '7.5',
  installPath: '/example/install/path',
  startCommand: 'python3 app.py',
  pythonVersion: '3.8.10',
  condaVersion: '23.7.4',
  type: 'Endpoint',
  framework: 'HuggingFace',
  resourceUuid: ADDED,
  tagUuids: '3ab8e36ed4be4fe6bd91ad1e4f22cffd',
  source: 'HuggingFace',
  modelUuids: BOUND,
  architectureImages: {
    cpuArchitecture: 'X86_64',
    dockerImage: 'registry.example.com/x86_64/myimage:latest',
  },
  containerCommand: '/bin/sh',
  containerArgs: '-c start',
  systemTags: 'ephemeral::test',
  userTags: 'for-test',
};
const addModelServiceCall = documented('002-AddModelService', addModelServiceValues);
const addModelCall = documented('003-AddModel');
const bindModelToService = documented('004-BindModelToService', {
  sessionUuid: SESSION,
  modelUuid: BOUND,
  modelServiceUuid: UPDATED,
  systemTags: 'ephemeral::bound',
  userTags: 'bound',
});
const calls = {
  '000 UpdateModelService': updateModelService,
  '001 CloneModelService': cloneModelService,
  '002 AddModelService': addModelServiceCall,
  '003 AddModel': addModelCall,
  '004 BindModelToService': bindModelToService,
};

/** What the documents' calls take to be there already. */
async function addWhatTheyName(server: Server): Promise<void> {
  await addModelService(server, { resourceUuid: UPDATED });
  await addModelService(server, { resourceUuid: CLONED });
  await addModel(server, { resourceUuid: BOUND });
}

test.each(Object.entries(calls))('%s is sent with the documents’ two headers', (_, call) => {
  expect(call.headers).toEqual({
    'Content-Type': 'application/json;charset=UTF-8',
    Authorization: 'OAuth b86c9016b4f24953a9edefb53ca0678c',
  });
  expect(call.body).not.toMatch(/[<>]/);
});

describe('the call of document', () => {
  let server: Server;
  beforeAll(async () => {
    server = await openServer();
    await addWhatTheyName(server);
  });
  afterAll(() => server.close());

  const partsOf = (given: { cpuArchitecture: string }[]) =>
    given.map((image) => ({
      ...image,
      cpuArchitecture: image.cpuArchitecture.toLowerCase(),
      uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      createDate: START_DATE,
      lastOpDate: START_DATE,
    }));

  test('000 updates the service it names', async () => {
    const { architectureImages, ...params } = JSON.parse(
      updateModelService.body,
    ).updateModelService;

    const { status, headers, body } = await send(server, updateModelService);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(body).toMatchObject({
      success: true,
      inventory: {
        uuid: UPDATED,
        ...params,
        cpuArchitectures: ['x86_64', 'aarch64'],
        modelServiceImages: partsOf(architectureImages),
      },
    });
  });

  test('001 clones the service it names', async () => {
    const { architectureImages, cpuArchitectures, ...params } = JSON.parse(
      cloneModelService.body,
    ).params;

    const { status, body } = await send(server, cloneModelService);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      inventory: {
        uuid: expect.not.stringMatching(CLONED),
        ...params,
        cpuArchitectures: ['x86_64', 'aarch64'],
        modelServiceImages: partsOf(architectureImages),
      },
    });
    expect(cpuArchitectures).toEqual(['X86_64', 'AARCH64']);
  });

  test('002 adds a service with everything that can be given', async () => {
    const { param } = JSON.parse(addModelServiceCall.body);
    const { zoneUuid, tagUuids, resourceUuid, modelUuids, architectureImages, ...shown } = param;

    const { status, body } = await send(server, addModelServiceCall);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      inventory: {
        ...shown,
        uuid: resourceUuid,
        cpuArchitectures: ['x86_64'],
        modelServiceImages: partsOf(architectureImages),
        modelServiceRefs: [{ modelUuid: BOUND, modelServiceUuid: ADDED, isDefault: false }],
      },
    });
    expect(storedField(server, 'service', ADDED, 'zoneUuid', '')).toBe(zoneUuid);
    expect(storedField(server, 'service', ADDED, 'tagUuids', [])).toEqual(tagUuids);
    expect(storedTags(server, ADDED).map(({ tag }) => tag)).toEqual([
      'ephemeral::test',
      'for-test',
    ]);
  });

  test('003 adds a model', async () => {
    const { status, body } = await send(server, addModelCall);

    expect(status).toBe(200);
    const { uuid } = body.inventory;
    expect(body).toEqual({
      success: true,
      inventory: {
        ...JSON.parse(addModelCall.body).param,
        uuid,
        modelId: uuid,
        type: 'Custom',
        minGpuMemory: 4295069696,
        recommendedGpuMemory: 4295069696,
        recommendedGpuNum: [],
        isLatestVersion: true,
        modelServiceRefs: [],
        extraGpuMemRequest: 4294967296,
        SAMPLE_SIZE: 1000,
        createDate: START_DATE,
        lastOpDate: START_DATE,
      },
    });
  });

  test('004 binds the model to the service', async () => {
    const { status, body } = await send(server, bindModelToService);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      inventory: {
        uuid: UPDATED,
        modelServiceRefs: [{ modelUuid: BOUND, modelServiceUuid: UPDATED, isDefault: false }],
      },
    });
    expect(storedTags(server, UPDATED).map(({ tag }) => tag)).toEqual([
      'ephemeral::bound',
      'bound',
    ]);
  });
});

describe('the answer of document', () => {
  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  /** Adds the service that a document's answer shows. */
  async function addShown({ answer }: Documented, uuid: string) {
    const { createDate, lastOpDate, modelServiceImages, ...params } = answer.inventory;
    const architectureImages = modelServiceImages as Record<string, unknown>[];
    await addModelService(server, {
      ...params,
      resourceUuid: uuid,
      architectureImages: architectureImages.map(
        ({ cpuArchitecture, vmImageUuid, dockerImage }) => ({
          cpuArchitecture,
          vmImageUuid,
          dockerImage,
        }),
      ),
    });
    const generated = { uuid: expect.stringMatching(/^[0-9a-f]{32}$/) };
    return (answered: string) => ({
      ...answer.inventory,
      uuid: answered,
      modelServiceImages: architectureImages.map((image) => ({
        ...image,
        ...generated,
        modelServiceUuid: answered,
      })),
    });
  }

  test('000 is given of a service like the one it shows', async () => {
    const uuid = String(updateModelService.answer.inventory.uuid);
    const shown = await addShown(updateModelService, uuid);

    const { status, body } = await server.put(`${API}/model-services/${uuid}`, {
      updateModelService: {},
    });

    expect(status).toBe(200);
    expect(body.inventory).toMatchObject(shown(uuid));
  });

  test('001 is given of a clone of a service like the one it shows', async () => {
    const shown = await addShown(cloneModelService, CLONED);

    const { status, body } = await server.post(`${API}/model-services/${CLONED}`, {
      params: { resourceUuid: cloneModelService.answer.inventory.uuid },
    });

    expect(status).toBe(200);
    expect(body.inventory).toMatchObject(shown(ADDED));
  });

  test('002 is given where what it shows is sent', async () => {
    const param = { ...requiredServiceParams, ...addModelServiceCall.answer.inventory };

    const { body } = await server.post(`${API}/model-services`, { param });

    expect(body).toMatchObject(addModelServiceCall.answer);
  });

  test('003 is given of a model without a description', async () => {
    const { description, ...param } = JSON.parse(addModelCall.body).param;

    const { body } = await server.post(`${API}/models`, { param });

    expect(description).toBe('This is qwen 1.5 32B ai model');
    expect(body).toMatchObject(addModelCall.answer);
  });

  test('004 is given of a service like the one it shows', async () => {
    const model = await addModel(server);
    const { uuid } = await addModelService(server, bindModelToService.answer.inventory);

    const { body } = await server.post(
      `${API}/models/${model.uuid}/model-services/${uuid}`,
      JSON.parse(bindModelToService.body),
    );

    expect(body).toMatchObject(bindModelToService.answer);
  });
});

describe('the OpenAPI document’s example of', () => {
  test.each([
    ['UpdateModelService', updateModelService],
    ['CloneModelService', cloneModelService],
    ['AddModel', addModelCall],
  ] as const)('%s is the documents’ body', (name, { body }) => {
    // Above each curl command the documents show its body once more, with empty tags beside.
    const expected = { ...JSON.parse(body), systemTags: [], userTags: [] };
    // The document says `uuid`; the examples' center exists.
    if (expected.param) expected.param.modelCenterUuid = '52c542f0c3384b6890e08570e611d52a';
    expect(examples.operations[name].body).toEqual(expected);
  });

  test('AddModelService adds what the document’s answer shows', () => {
    const { param } = examples.operations.AddModelService.body;

    expect(param).toMatchObject(addModelServiceCall.answer.inventory);
    expect(Object.keys(JSON.parse(addModelServiceCall.body).param)).toEqual(
      expect.arrayContaining(Object.keys(param)),
    );
  });

  test('BindModelToService has the keys of the document’s template', () => {
    expect(Object.keys(examples.operations.BindModelToService.body)).toEqual(
      Object.keys(JSON.parse(bindModelToService.body)),
    );
  });
});
