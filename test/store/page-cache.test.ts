import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/contract/schemas/fields.ts';
import type { PageQuery, Store } from '../../src/domain/dependencies.ts';
import { PageCache } from '../../src/store/sqlite/engine/page-cache.ts';
import { recordStatements } from '../support/executed-statements.ts';
import type { Finishing } from '../support/folder.ts';
import { launchServing } from '../support/process.ts';
import { extras, image, model, modelService, newUuid, ref } from '../support/records.ts';
import { addModel, addModelService, requiredModelParams } from '../support/resources.ts';
import { nothing } from '../support/results.ts';
import { API, SESSION, type Server, startServer } from '../support/server.ts';
import { openFileStore, openSecondStore } from '../support/sqlite-stores.ts';
import { toldWrites, untoldWrites, writeOneOfEach } from '../support/store-writes.ts';
import { ALL, added, uuidsOf, where } from '../support/stores.ts';

const kinds: readonly Kind[] = ['ModelService', 'Model', 'ModelCenter', 'UserTag', 'SystemTag'];
const SOME: PageQuery = { ...ALL, limit: 100 };

/** A whole page and one of some fields, of every kind. */
async function pagesOf(store: Store) {
  const pages = kinds.map(async (kind) => ({
    kind,
    whole: await store.list(kind, SOME),
    fields: await store.listFields(kind, SOME, ['uuid', 'lastOpDate']),
  }));
  return structuredClone(await Promise.all(pages));
}

/** The pages as a store tells them that has never been asked before. */
const unrememberedPages = (context: Finishing, file: string) =>
  pagesOf(openSecondStore(context, file));

/** A store with one of everything, whose pages have been asked for twice. */
async function withPages(context: Finishing) {
  const opened = openFileStore(context);
  const written = await writeOneOfEach(opened.store);
  const before = await pagesOf(opened.store);
  expect(await pagesOf(opened.store)).toEqual(before);
  return { ...opened, written, before };
}

describe('a page asked for again', () => {
  describe.each([
    ['the store itself', (store: Store) => store],
    ['another connection', (_: Store, other: Store) => other],
  ] as const)('by %s', (_name, writer) => {
    test.for(Object.entries(toldWrites))('tells at once of %s', async ([, write], context) => {
      const { store, file, written, before } = await withPages(context);
      const other = openSecondStore(context, file);
      // Opening it is a change too.
      expect(await pagesOf(store)).toEqual(before);
      await write(writer(store, other), written);
      const after = await pagesOf(store);
      expect(after).toEqual(await unrememberedPages(context, file));
      expect(after).not.toEqual(before);
    });

    test('stays the same where what changes is in none', async (context) => {
      const { store, file, written, before } = await withPages(context);
      const other = openSecondStore(context, file);
      for (const [name, write] of Object.entries(untoldWrites)) {
        await write(writer(store, other), written);
        expect(await pagesOf(store), name).toEqual(before);
      }
    });
  });

  test('tells at once what another program has added', async (context) => {
    const { store, file, before } = await withPages(context);
    const program = await launchServing(context, { env: { AIOS_DATABASE_URL: `file:${file}` } });
    expect(await pagesOf(store)).toEqual(before);
    const answer = await fetch(`${program.url}${API}/models`, {
      method: 'POST',
      headers: { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' },
      body: JSON.stringify({ param: requiredModelParams }),
    });
    const { inventory } = (await answer.json()) as { inventory: { uuid: string } };
    expect(uuidsOf(await store.list('Model', SOME))).toContain(inventory.uuid);
  });

  test('tells in one turn of the writes asked for before it, also by its own kind', async (context) => {
    const { store, file } = await withPages(context);
    const uuids = Array.from({ length: 3 }, () => newUuid());
    const seen = await Promise.all(
      uuids.map((uuid) => {
        void store.addModel(model({ uuid }), extras(), nothing);
        return store.list('Model', SOME);
      }),
    );
    for (const [index, uuid] of uuids.entries()) expect(uuidsOf(seen[index] ?? [])).toContain(uuid);
    expect(await pagesOf(store)).toEqual(await unrememberedPages(context, file));
  });

  test.for([
    'alone',
    'beside others',
  ])('tells nothing of a write that was undone, %s in its turn', async (how, context) => {
    const { store, file, before, written } = await withPages(context);
    const { uuid } = model();
    const failing = store.addModel(
      model({
        uuid,
        modelServiceRefs: [ref(uuid, written.service)],
      }),
      extras(),
      () => {
        throw new Error('in the end');
      },
    );
    const deleting = store.deleteResources('ModelServiceVO', [written.service], () => {
      throw new Error('in the end');
    });
    const other = how === 'alone' ? undefined : newUuid();
    const adding = other && store.addModel(model({ uuid: other }), extras(), nothing);
    const sameTurn = await Promise.all([
      pagesOf(store),
      expect(failing).rejects.toThrow('in the end'),
      expect(deleting).rejects.toThrow('in the end'),
      adding,
    ]);
    const after = await pagesOf(store);
    expect(sameTurn[0]).toEqual(after);
    expect(after).toEqual(await unrememberedPages(context, file));
    const models = after.find(({ kind }) => kind === 'Model')?.whole ?? [];
    expect(uuidsOf(models)).not.toContain(uuid);
    if (other) expect(uuidsOf(models)).toContain(other);
    else expect(after).toEqual(before);
  });

  test('tells of a change of what was seen before a refused transaction', async (context) => {
    const { store, client, file, written, before } = await withPages(context);
    client.pragma('busy_timeout = 0');
    const other = new Database(file);
    context.onTestFinished(() => void other.close());
    other.exec(`BEGIN IMMEDIATE; UPDATE models SET name = 'changed'`);
    await expect(toldWrites.changeModel(store, written)).rejects.toMatchObject({
      failure: 'notReady',
    });
    // Not committed yet.
    expect(await pagesOf(store)).toEqual(before);
    other.exec('COMMIT');
    const models = await store.list('Model', SOME);
    expect(models.map(({ name }) => name)).toEqual(['changed', 'changed']);
    expect(await pagesOf(store)).toEqual(await unrememberedPages(context, file));
  });

  test('is that of its own query, however alike another is', async (context) => {
    const { store } = openFileStore(context);
    const texts = ['1', 'true', 'a","b', 'a', '"', '\\', '模'];
    for (const [createDate, name] of texts.entries()) await added(store, { name, createDate });
    const named = (value: string) => ({
      ...ALL,
      conditions: [where('ModelService', 'name', { is: '=', value })],
    });
    const among = (...values: string[]) => ({
      ...ALL,
      conditions: [where('ModelService', 'name', { is: 'among', values })],
    });
    const namesOf = async (query: PageQuery) =>
      (await store.list('ModelService', query)).map(({ name }) => name);
    for (const _ of ['first', 'again']) {
      for (const text of texts) expect(await namesOf(named(text))).toEqual([text]);
      expect(await namesOf(among('a","b'))).toEqual(['a","b']);
      expect(await namesOf(among('a', 'b'))).toEqual(['a']);
      const negated = {
        ...ALL,
        conditions: [where('ModelService', 'name', { is: '=', value: 'a' }, true)],
      };
      expect(await namesOf(negated)).toEqual(texts.filter((text) => text !== 'a'));
      expect(await namesOf({ ...ALL, limit: 2 })).toEqual(texts.slice(0, 2));
      expect(await namesOf({ ...ALL, from: 2 })).toEqual(texts.slice(2));
      // After every uuid of that age.
      const position = { value: null, createDate: 2, uuid: 'g' };
      expect(await namesOf({ ...ALL, from: position })).toEqual(texts.slice(3));
      expect(await store.list('Model', ALL)).toEqual([]);
      const ages = await store.listFields('ModelService', ALL, ['createDate']);
      expect(ages.map(({ createDate, name }) => [createDate, name])).toEqual(
        texts.map((_text, age) => [age, undefined]),
      );
    }
  });
});

describe('a resource read again by its uuid', () => {
  test.for(Object.entries(toldWrites))('shows %s at once', async ([, write], context) => {
    const { store, file, written } = await withPages(context);
    const found = (from: Store) =>
      Promise.all(
        kinds.flatMap((kind) => Object.values(written).map((uuid) => from.find(kind, uuid))),
      );
    const before = structuredClone(await found(store));
    expect(await found(store)).toEqual(before);
    expect(await found(store)).toEqual(before);
    await write(store, written);
    expect(await found(store)).toEqual(await found(openSecondStore(context, file)));
  });
});

describe('what is remembered', () => {
  const tables = /\b(model_services|models|model_centers|tags|model_service_(refs|images))\b/;

  async function recorded(context: Finishing) {
    let record: ReturnType<typeof recordStatements> | undefined;
    const opened = openFileStore(context, (client) => {
      record = recordStatements(client);
    });
    const written = await writeOneOfEach(opened.store);
    /** The statements that read resources or tags meanwhile. */
    const readBy = async (work: () => Promise<unknown>) => {
      const executed = (await record?.(work)) ?? [];
      return executed.map(({ sql }) => sql).filter((sql) => tables.test(sql));
    };
    return { ...opened, written, readBy };
  }

  test.for(
    kinds,
  )('is a page of %s, or a resource, which is not read again', async (kind, context) => {
    const { store, written, readBy } = await recorded(context);
    for (const ask of [
      () => store.list(kind, SOME),
      () => store.listFields(kind, SOME, ['uuid', 'createDate']),
      () => store.find('ModelService', written.service),
    ]) {
      // Most pages are asked for but once.
      expect(await readBy(ask)).not.toEqual([]);
      expect(await readBy(ask)).not.toEqual([]);
      expect(await readBy(ask)).toEqual([]);
      // What only reads makes nobody forget it.
      await store.readResources();
      await store.count(kind, []);
      await store.ping();
      expect(await readBy(ask)).toEqual([]);
    }
  });

  test('is not a page that was refused', async (context) => {
    const { store } = openFileStore(context);
    const wide = 'a'.repeat(16_770_000);
    for (const _ of [1, 2, 3, 4]) await added(store, { yaml: wide });
    const uuid = newUuid();
    await added(store, {
      uuid,
      modelServiceImages: Array.from({ length: 100 }, () => image(uuid)),
    });
    for (const _ of ['first', 'again']) {
      await expect(store.list('ModelService', SOME)).rejects.toMatchObject({
        failure: 'invalidArgument',
      });
    }
    await store.deleteResources('ModelServiceVO', [uuid], nothing);
    expect(await store.list('ModelService', SOME)).toHaveLength(4);
  });
});

/** The page of a key, made unless it is remembered. */
function ask<Page extends object[]>(pages: PageCache, key: string, make: () => Page): Page {
  pages.renew();
  return pages.find<Page>(key) ?? pages.keep(key, pages.version, make());
}

/** So that it is remembered. */
function askTwice<Page extends object[]>(pages: PageCache, key: string, make: () => Page): void {
  ask(pages, key, make);
  ask(pages, key, make);
}

describe('the memory that pages take', () => {
  /** Twice what all pages may take together, since that is counted roughly. */
  const BYTES_MAX = 16 * 1024 * 1024;
  const PAGES = 80;
  const text = (length: number, character = 'x') => character.repeat(length);
  const times = <Made>(count: number, make: () => Made) => Array.from({ length: count }, make);
  const someImage = image(newUuid(), { dockerImage: text(255) });
  const someRef = ref(newUuid(), newUuid());

  /** Each of half a million characters at least. */
  const shapes: Record<string, object[]> = {
    'with large texts': [modelService({ yaml: text(1_000_000) })],
    'with many resources': times(1000, modelService),
    'with texts of two bytes a character': [modelService({ yaml: text(500_000, '模') })],
    'of one large field': times(100, () => ({ yaml: text(10_000) })),
    'with many refs': [modelService({ modelServiceRefs: times(5000, () => ({ ...someRef })) })],
    'with many images': [
      modelService({ modelServiceImages: times(2000, () => ({ ...someImage })) }),
    ],
    'with large maps': [modelService({ vendorToSpecUuidsMap: { NVIDIA: [text(1_000_000)] } })],
    'with long lists': [model({ recommendedGpuNum: times(500_000, () => 1_000_000) })],
  };

  test.for(Object.entries(shapes))('is bounded, of pages %s', ([, page], context) => {
    const client = new Database(':memory:');
    context.onTestFinished(() => void client.close());
    const pages = new PageCache(client);
    const missing = new Error('not remembered');
    for (let index = 0; index < PAGES; index++) askTwice(pages, `page ${index}`, () => page);
    let remembered = 0;
    for (let index = 0; index < PAGES; index++) {
      try {
        ask(pages, `page ${index}`, () => {
          throw missing;
        });
        remembered++;
      } catch (error) {
        expect(error).toBe(missing);
      }
    }
    expect(remembered).toBeGreaterThan(0);
    expect(remembered * JSON.stringify(page).length).toBeLessThan(BYTES_MAX);
  });

  test('is none, of pages of nothing that were asked for at length', (context) => {
    const client = new Database(':memory:');
    context.onTestFinished(() => void client.close());
    const pages = new PageCache(client);
    let made = 0;
    const askFor = (index: number) =>
      ask(pages, `${index} ${text(60_000)}`, () => [made++] as never);
    for (let index = 0; index < 300; index++) {
      askFor(index);
      askFor(index);
    }
    expect(made).toBe(600);
    askFor(299);
    expect(made).toBe(601);
  });
});

describe('over HTTP', () => {
  /** The bytes of an answer. */
  const bytesOf = async ({ url }: Server, path: string) => {
    const headers = { authorization: `OAuth ${SESSION}` };
    const answer = await fetch(`${url}${path}`, { headers });
    expect(answer.status).toBe(200);
    return answer.text();
  };

  async function filled(server: Server) {
    const params = {
      architectureImages: [{ cpuArchitecture: 'x86_64' }, { cpuArchitecture: 'aarch64' }],
      vendorToSpecUuidsMap: { NVIDIA: ['a', 'b'], Huawei: [] },
      yaml: 'services:\n- name: a\n',
      description: 'a "quoted" text, 模',
      userTags: ['a tag'],
    };
    const services = [];
    for (const name of ['a', 'b', 'c']) {
      services.push(await addModelService(server, { ...params, name }));
    }
    const [service] = services;
    const bound = await addModel(server, {
      modelServiceUuids: services.map(({ uuid }) => uuid),
      recommendedGpuNum: '1,2',
    });
    return { service: service?.uuid, model: bound.uuid };
  }

  const paths = [
    `${API}/model-services`,
    `${API}/model-services?sort=-name&limit=2`,
    `${API}/model-services?fields=name,yaml,createDate,system`,
    `${API}/model-services?q=name=a&replyWithCount=true`,
    `${API}/models`,
    `${API}/models?fields=modelId,createDate`,
    `${API}/model-centers`,
    '/zstack/v1/user-tags',
  ];

  test('the same page has the same bytes, as long as nothing changes', async () => {
    const server = await startServer();
    await filled(server);
    for (const path of paths) {
      const first = await bytesOf(server, path);
      expect(await bytesOf(server, path), path).toBe(first);
      expect(await bytesOf(server, path), path).toBe(first);
    }
  });

  test('a page differs after an update in what was updated alone', async () => {
    const server = await startServer();
    const { service } = await filled(server);
    const path = `${API}/model-services`;
    const before = await bytesOf(server, path);
    server.advance(60_000);
    const update = {
      name: 'another',
      architectureImages: [],
      vendorToSpecUuidsMap: { AMD: ['c'] },
    };
    await server.put(`${path}/${service}`, { updateModelService: update });
    const after = await bytesOf(server, path);
    const { inventories } = JSON.parse(before);
    for (const inventory of inventories.filter(({ uuid }: { uuid: string }) => uuid === service)) {
      inventory.name = 'another';
      inventory.cpuArchitectures = [];
      inventory.modelServiceImages = [];
      inventory.vendorToSpecUuidsMap = { AMD: ['c'] };
      inventory.lastOpDate = 'Nov 25, 2025 11:52:50 AM';
    }
    expect(JSON.parse(after)).toEqual({ success: true, inventories });
    expect(await bytesOf(server, path)).toBe(after);
  });

  test('no operation that reads a resource changes the pages that hold it', async () => {
    const server = await startServer();
    const { service, model } = await filled(server);
    const before = [];
    for (const path of paths) before.push(await bytesOf(server, path));
    const clone = await server.post(`${API}/model-services/${service}`, {
      params: { cpuArchitectures: ['mips64el'], vendorToSpecUuidsMap: {}, name: 'a clone' },
    });
    expect(clone.status).toBe(200);
    for (const path of [`${API}/model-services/${service}`, `${API}/models/${model}`]) {
      await bytesOf(server, path);
      await bytesOf(server, `${path}?fields=uuid`);
    }
    // A wrong edit is found only when the service has been read.
    const refused = await server.put(`${API}/model-services/${service}`, {
      updateModelService: { yaml: '- no mapping', servicePorts: [1], name: 'never' },
    });
    expect(refused.status).toBe(400);
    const { uuid } = clone.body.inventory;
    expect((await server.delete(`${API}/model-services/${uuid}`)).status).toBe(200);
    for (const [index, path] of paths.entries()) {
      // Bindings were cloned and deleted with the clone.
      expect(await bytesOf(server, path), path).toBe(before[index]);
    }
  });
});
