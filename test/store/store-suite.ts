import { describe, expect, test } from 'vitest';
import type { Page, Reference, Store, WriteExtras } from '../../src/domain/ports.ts';
import type { Model, ModelService } from '../../src/domain/records.ts';
import type { Finishing } from '../support/folder.ts';
import {
  everyModelField,
  everyServiceField,
  extras,
  image,
  model,
  modelService,
  newUuid,
  ref,
  session,
  tag,
} from '../support/records.ts';

const UNKNOWN = '11111111111141118111111111111111';
const ALL = { start: 0, limit: Number.MAX_SAFE_INTEGER };

/** A record without what is unset, whether as null or as absent. */
function set<Stored>(stored: Stored): Stored {
  return JSON.parse(JSON.stringify(stored, (_key, value) => value ?? undefined));
}

/** Everything that the interface shows of a store. */
async function contents(store: Store) {
  const services = await store.listModelServices(ALL);
  const models = await store.listModels(ALL);
  const tags = await Promise.all([...services, ...models].map(({ uuid }) => store.listTags(uuid)));
  const counts = [await store.countModelServices(), await store.countModels()];
  return { services, models, tags, counts };
}

/** What a write does when it fails: it rejects as expected, and nothing is different. */
async function expectRefusal(store: Store, write: () => Promise<unknown>, error: unknown) {
  const before = await contents(store);
  await expect(write()).rejects.toEqual(error);
  expect(await contents(store)).toEqual(before);
}

/** A failure by what a client sees of it. */
const failure = (errorCode: string, message: string) =>
  expect.objectContaining({ errorCode, message });
const alreadyUsed = (uuid: string) => failure('SYS.1007', `resourceUuid[${uuid}] is already used`);
const notFound = (sentence: string) => failure('SYS.1003', sentence);
const inPath = (uuid: string, type: Reference['type'] = 'ModelServiceVO'): Reference => ({
  field: 'uuid',
  type,
  uuids: [uuid],
  list: false,
});

async function added(store: Store, fields: Partial<ModelService> = {}): Promise<ModelService> {
  const service = modelService(fields);
  await store.addModelService(service, extras());
  return service;
}

async function addedModel(store: Store, fields: Partial<Model> = {}): Promise<Model> {
  const record = model(fields);
  await store.addModel(record, extras());
  return record;
}

/**
 * What every store does, whichever its database.
 * @param open makes an empty store, which is closed when the test is over
 */
export function describeStore(name: string, open: (context: Finishing) => Promise<Store>): void {
  describe(`the store on ${name}`, () => {
    const kinds = [
      {
        kind: 'service',
        minimal: () => modelService(),
        full: (): Model | ModelService => ({
          ...everyServiceField(),
          modelServiceImages: [],
          modelServiceRefs: [],
        }),
        add: (store: Store, record: object, given = extras()) =>
          store.addModelService(record as ModelService, given),
        find: (store: Store, uuid: string) => store.findModelService(uuid),
        list: (store: Store, page: Page) => store.listModelServices(page),
        count: (store: Store) => store.countModelServices(),
        countOthers: (store: Store) => store.countModels(),
      },
      {
        kind: 'model',
        minimal: () => model(),
        full: (): Model | ModelService => ({ ...everyModelField(), modelServiceRefs: [] }),
        add: (store: Store, record: object, given = extras()) =>
          store.addModel(record as Model, given),
        find: (store: Store, uuid: string) => store.findModel(uuid),
        list: (store: Store, page: Page) => store.listModels(page),
        count: (store: Store) => store.countModels(),
        countOthers: (store: Store) => store.countModelServices(),
      },
    ] as const;

    describe.each(kinds)('what it keeps of a $kind', ({ minimal, full, add, find, ...kind }) => {
      test('every field, with everything set and with nothing set', async (context) => {
        const store = await open(context);
        for (const record of [full(), minimal()]) {
          await add(store, record);
          expect(set(await find(store, record.uuid))).toEqual(record);
        }
      });

      test('each optional field by itself', async (context) => {
        const store = await open(context);
        const optional = Object.entries(full()).filter(([field]) => !(field in minimal()));
        expect(optional.length).toBeGreaterThan(5);
        for (const [field, value] of optional) {
          const record = { ...minimal(), [field]: value };
          await add(store, record);
          expect(set(await find(store, record.uuid)), field).toEqual(record);
        }
      });

      test('texts to the character, and an empty text is not an unset one', async (context) => {
        const store = await open(context);
        const texts = [
          '',
          '  blanks around  ',
          '\'; DROP TABLE models; -- " \\ % _ ` ? :uuid $1 @x',
          'null',
          '\u0001\t\r\n\u007f\u2028\ufeff',
          '模型服务 😀 e\u0301 \u{10ffff}',
        ];
        for (const text of texts) {
          const entries = Object.entries({ ...full(), uuid: newUuid() }).map(([field, value]) =>
            typeof value === 'string' && !['uuid', 'type', 'source'].includes(field)
              ? [field, text]
              : [field, value],
          );
          const record = Object.fromEntries(entries) as ReturnType<typeof full>;
          await add(store, record);
          expect(await find(store, record.uuid)).toEqual(record);
        }
      });

      test.for([
        ['the least', -Number.MAX_SAFE_INTEGER, 0],
        ['nothing', 0, 0],
        ['the most', Number.MAX_SAFE_INTEGER, 253_402_300_799_999],
      ] as const)('numbers: %s that there can be', async ([, number, milliseconds], context) => {
        const store = await open(context);
        const numberFor: Record<string, number> = {
          createDate: milliseconds,
          lastOpDate: milliseconds,
          requestCpu: 2_147_483_647,
        };
        const entries = Object.entries(full()).map(([field, value]) => [
          field,
          typeof value === 'number' ? (numberFor[field] ?? number) : value,
        ]);
        const record = Object.fromEntries(entries) as ReturnType<typeof full>;
        await add(store, record);
        expect(await find(store, record.uuid)).toEqual(record);
      });

      test('nothing of another: only the uuid itself finds it', async (context) => {
        const store = await open(context);
        const record = full();
        await add(store, record);
        const others = [UNKNOWN, '', ' ', `${record.uuid} `, record.uuid.toUpperCase(), '%'];
        for (const uuid of [...others, "' OR 1=1 --", '\0', '\ud800', 'x'.repeat(1_000_000)]) {
          expect(await find(store, uuid), uuid.slice(0, 40)).toBeUndefined();
        }
      });

      test('its tags: verbatim, in order, each once by type, the first one stays', async (context) => {
        const store = await open(context);
        const { uuid } = minimal();
        const texts = ['b', 'a', ' a', 'A', '标签', ''];
        const tags = [
          ...texts.map((text) => tag(uuid, text, { type: 'System' })),
          ...texts.map((text) => tag(uuid, text)),
        ];
        const repeated = tags.map((kept) => ({ ...kept, uuid: newUuid(), createDate: 1 }));
        await add(store, { ...minimal(), uuid }, extras({ tags: [...tags, ...repeated] }));
        expect(await store.listTags(uuid)).toEqual(tags);
        expect(await store.listTags(UNKNOWN)).toEqual([]);
      });

      test('pages by createDate, then uuid, without gap or repetition', async (context) => {
        const store = await open(context);
        const ages = [5, 1, 3, 1, 1, 4, 3];
        const records = ages.map((createDate) => ({ ...minimal(), createDate }));
        for (const record of records) await add(store, record);
        const expected = records
          .toSorted((a, b) => a.createDate - b.createDate || (a.uuid < b.uuid ? -1 : 1))
          .map(({ uuid }) => uuid);
        const uuids = async (start: number, limit: number) =>
          (await kind.list(store, { start, limit })).map(({ uuid }) => uuid);

        expect(await uuids(0, Number.MAX_SAFE_INTEGER)).toEqual(expected);
        expect([...(await uuids(0, 3)), ...(await uuids(3, 3)), ...(await uuids(6, 3))]).toEqual(
          expected,
        );
        expect(await uuids(0, 0)).toEqual([]);
        expect(await uuids(7, 3)).toEqual([]);
        expect(await uuids(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual([]);
      });

      test('how many there are', async (context) => {
        const store = await open(context);
        for (const total of [0, 1, 2]) {
          expect(await kind.count(store)).toBe(total);
          expect(await kind.countOthers(store)).toBe(0);
          await add(store, minimal());
        }
      });

      test('its uuid for itself, among all kinds of resource', async (context) => {
        const store = await open(context);
        const { uuid } = await added(store);
        const other = await addedModel(store);
        for (const used of [uuid, other.uuid]) {
          const write = () =>
            add(store, { ...minimal(), uuid: used }, extras({ tags: [tag(used, 'a tag')] }));
          await expectRefusal(store, write, alreadyUsed(used));
        }
      });
    });

    describe('a service', () => {
      test('comes back with its images and refs, in the order they were given', async (context) => {
        const store = await open(context);
        const models = [await addedModel(store), await addedModel(store), await addedModel(store)];
        const { uuid } = modelService();
        const images = ['f', '0', '8'].map((digit) =>
          image(uuid, { uuid: digit.repeat(32), dockerImage: digit, vmImageUuid: newUuid() }),
        );
        const refs = models
          .toSorted((a, b) => (a.uuid < b.uuid ? 1 : -1))
          .map((bound, index) => ref(bound.uuid, uuid, { isDefault: index === 1 }));
        const service = await added(store, {
          uuid,
          modelServiceImages: images,
          modelServiceRefs: refs,
        });
        const other = await added(store);

        expect(set(await store.findModelService(uuid))).toEqual(service);
        expect(set(await store.listModelServices(ALL))).toEqual(
          [service, other].toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1)),
        );
        for (const bound of models) {
          const expected = refs.filter(({ modelUuid }) => modelUuid === bound.uuid);
          expect((await store.findModel(bound.uuid))?.modelServiceRefs).toEqual(expected);
        }
      });

      test('keeps each of an image’s fields, set and unset', async (context) => {
        const store = await open(context);
        const { uuid } = modelService();
        const images = [
          image(uuid, { createDate: 0, lastOpDate: 1 }),
          image(uuid, { cpuArchitecture: 'mips64el', vmImageUuid: newUuid() }),
          image(uuid, { cpuArchitecture: 'loongarch64', dockerImage: '' }),
        ];
        await added(store, { uuid, modelServiceImages: images });
        expect(set((await store.findModelService(uuid))?.modelServiceImages)).toEqual(images);
      });

      test('keeps a yaml of a mebibyte', async (context) => {
        const store = await open(context);
        const yaml = '键: "\\"值😀\\"" # \r\n'.repeat(2 ** 16);
        expect(Buffer.byteLength(yaml)).toBeGreaterThan(2 ** 20);
        const { uuid } = await added(store, { yaml });
        const found = await store.findModelService(uuid);
        expect(found?.yaml === yaml).toBe(true);
      });

      test('keeps vendors of any name', async (context) => {
        const store = await open(context);
        const vendors = '{"__proto__":["a"],"constructor":[],"":["b","a"],"厂商 \\" \\n":["c"]}';
        const { uuid } = await added(store, { vendorToSpecUuidsMap: JSON.parse(vendors) });
        const found = await store.findModelService(uuid);
        expect(Object.entries(found?.vendorToSpecUuidsMap ?? {}).toSorted()).toEqual(
          Object.entries(JSON.parse(vendors)).toSorted(),
        );
      });
    });

    describe('changing a service', () => {
      const change = (
        store: Store,
        uuid: string,
        make: (current: ModelService) => ModelService,
        given: Partial<WriteExtras> = {},
      ) => store.changeModelService(uuid, make, extras({ references: [inPath(uuid)], ...given }));

      test('hands over what is kept, keeps what it gets, and answers it', async (context) => {
        const store = await open(context);
        const bound = await addedModel(store);
        const { uuid } = modelService();
        const service = await added(store, {
          uuid,
          readme: 'a readme',
          modelServiceImages: [image(uuid), image(uuid)],
          modelServiceRefs: [ref(bound.uuid, uuid)],
        });
        const other = await added(store);
        const changed = { ...service, ...everyServiceField(), uuid };

        let seen: unknown;
        const answered = await change(store, uuid, (current) => {
          seen = current;
          return changed;
        });

        expect(set(seen)).toEqual(service);
        expect(set(answered)).toEqual(changed);
        expect(set(await store.findModelService(uuid))).toEqual(changed);
        expect(set(await store.findModelService(other.uuid))).toEqual(other);
        expect(await store.countModelServices()).toBe(2);
      });

      test('unsets what it gets no more', async (context) => {
        const store = await open(context);
        const full = await added(store, everyServiceField());
        const minimal = modelService({ uuid: full.uuid });
        await change(store, full.uuid, () => minimal);
        expect(set(await store.findModelService(full.uuid))).toEqual(minimal);
      });

      test.for<
        [string, (uuid: string, current: ModelService) => ModelService['modelServiceImages']]
      >([
        ['others', (uuid: string) => [image(uuid), image(uuid), image(uuid)]],
        ['none', () => []],
        [
          'some of the same',
          (_uuid: string, current: ModelService) => [
            ...current.modelServiceImages.slice(1),
            image(current.uuid),
          ],
        ],
      ])('replaces its images: %s', async ([, make], context) => {
        const store = await open(context);
        const { uuid } = modelService();
        const service = await added(store, {
          uuid,
          modelServiceImages: [image(uuid), image(uuid)],
        });
        const other = newUuid();
        const neighbour = await added(store, { uuid: other, modelServiceImages: [image(other)] });
        const changed = { ...service, modelServiceImages: make(uuid, service) };
        await change(store, uuid, () => changed);
        expect(set(await store.findModelService(uuid))).toEqual(changed);
        expect(set(await store.findModelService(other))).toEqual(neighbour);
      });

      test('leaves its refs alone', async (context) => {
        const store = await open(context);
        const bound = await addedModel(store);
        const { uuid } = modelService();
        const service = await added(store, { uuid, modelServiceRefs: [ref(bound.uuid, uuid)] });
        await change(store, uuid, (current) => ({ ...current, modelServiceRefs: [] }));
        expect(set(await store.findModelService(uuid))).toEqual(service);
      });

      test('adds tags to those it carries', async (context) => {
        const store = await open(context);
        const { uuid } = modelService();
        const [first, second] = [tag(uuid, 'first'), tag(uuid, 'second')];
        await store.addModelService(modelService({ uuid }), extras({ tags: [first] }));
        const tags = [tag(uuid, 'first'), second];
        await change(store, uuid, (current) => current, { tags });
        expect(await store.listTags(uuid)).toEqual([first, second]);
      });

      test('changes nothing when the change throws', async (context) => {
        const store = await open(context);
        const { uuid } = await added(store);
        const error = new Error('no such change');
        const write = () =>
          change(
            store,
            uuid,
            () => {
              throw error;
            },
            { tags: [tag(uuid, 'a tag')] },
          );
        await expectRefusal(store, write, error);
      });
    });

    describe('cloning a service', () => {
      test('adds what is made of the source, and answers it', async (context) => {
        const store = await open(context);
        const bound = await addedModel(store);
        const { uuid } = modelService();
        const source = await added(store, {
          ...everyServiceField(),
          uuid,
          modelServiceImages: [image(uuid)],
          modelServiceRefs: [ref(bound.uuid, uuid, { isDefault: true })],
        });
        const clone = newUuid();
        const derived = {
          ...source,
          uuid: clone,
          name: 'a clone',
          createDate: source.createDate + 1,
          modelServiceImages: [image(clone), image(clone)],
          modelServiceRefs: [ref(bound.uuid, clone)],
        };
        const tags = [tag(clone, 'a tag')];

        let seen: unknown;
        const answered = await store.cloneModelService(
          uuid,
          (current) => {
            seen = current;
            return derived;
          },
          extras({ references: [inPath(uuid)], tags }),
        );

        expect(set(seen)).toEqual(source);
        expect(set(answered)).toEqual(derived);
        expect(set(await store.listModelServices(ALL))).toEqual([source, derived]);
        expect(await store.listTags(clone)).toEqual(tags);
        expect(await store.listTags(uuid)).toEqual([]);
      });

      test('adds nothing when deriving throws, or derives a uuid in use', async (context) => {
        const store = await open(context);
        const { uuid } = await added(store);
        const clone = (derive: (source: ModelService) => ModelService) => () =>
          store.cloneModelService(uuid, derive, extras({ tags: [tag(uuid, 'a tag')] }));
        const error = new Error('no such clone');
        const throwing = () => {
          throw error;
        };
        await expectRefusal(store, clone(throwing), error);
        await expectRefusal(
          store,
          clone((source) => source),
          alreadyUsed(uuid),
        );
      });
    });

    describe('a model', () => {
      test('comes back with its refs, in the order they were given', async (context) => {
        const store = await open(context);
        const services = [await added(store), await added(store), await added(store)];
        const { uuid } = model();
        const refs = services
          .toSorted((a, b) => (a.uuid < b.uuid ? 1 : -1))
          .map((service, index) => ref(uuid, service.uuid, { isDefault: index === 1 }));
        const bound = await addedModel(store, { uuid, modelServiceRefs: refs });

        expect(set(await store.findModel(uuid))).toEqual(bound);
        expect(set(await store.listModels(ALL))).toEqual([bound]);
        for (const service of services) {
          const expected = refs.filter((one) => one.modelServiceUuid === service.uuid);
          expect((await store.findModelService(service.uuid))?.modelServiceRefs).toEqual(expected);
        }
      });

      test('keeps its numbers of GPUs as a list', async (context) => {
        const store = await open(context);
        for (const recommendedGpuNum of [[4, 1, 2], [0], [2_147_483_647, 0, 0], []]) {
          const { uuid } = await addedModel(store, { recommendedGpuNum });
          expect((await store.findModel(uuid))?.recommendedGpuNum).toEqual(recommendedGpuNum);
        }
      });
    });

    describe('binding', () => {
      test('adds a ref and answers the service with it', async (context) => {
        const store = await open(context);
        const [first, second] = [await addedModel(store), await addedModel(store)];
        const { uuid } = modelService();
        const service = await added(store, { uuid, modelServiceImages: [image(uuid)] });
        const refs = [ref(second.uuid, uuid), ref(first.uuid, uuid)];
        const answers = [];
        for (const one of refs) answers.push(await store.bindModelToService(one, extras()));

        const expected = { ...service, modelServiceRefs: refs };
        expect(set(answers[1])).toEqual(expected);
        expect(set(await store.findModelService(uuid))).toEqual(expected);
        expect((await store.findModel(first.uuid))?.modelServiceRefs).toEqual([refs[1]]);
      });

      test('leaves the first ref of a pair, whatever is bound again', async (context) => {
        const store = await open(context);
        const [bound, service] = [await addedModel(store), await added(store)];
        const first = ref(bound.uuid, service.uuid);
        const tags = ['first', 'second'].map((text) => tag(service.uuid, text));
        const bind = (text: string) =>
          store.bindModelToService(
            { ...first, uuid: text === 'first' ? first.uuid : newUuid() },
            extras({ tags: tags.filter((one) => one.tag === text) }),
          );
        const answer = await bind('first');
        expect(await bind('second')).toEqual(answer);
        expect(set(answer)).toEqual({ ...service, modelServiceRefs: [first] });
        expect(await store.listTags(service.uuid)).toEqual(tags);
      });

      test('leaves one ref of calls at the same time', async (context) => {
        const store = await open(context);
        const [bound, service] = [await addedModel(store), await added(store)];
        const answers = await Promise.all(
          Array.from({ length: 20 }, () =>
            store.bindModelToService(ref(bound.uuid, service.uuid), extras()),
          ),
        );
        expect(answers[0]?.modelServiceRefs).toHaveLength(1);
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      });

      test('gives a model one default service at most', async (context) => {
        const store = await open(context);
        const services = [await added(store), await added(store), await added(store)];
        const [first = '', second = '', third = ''] = services.map(({ uuid }) => uuid);
        const { uuid } = model();
        const isDefault = { isDefault: true };
        await addedModel(store, { uuid, modelServiceRefs: [ref(uuid, first, isDefault)] });

        const bind = () => store.bindModelToService(ref(uuid, second, isDefault), extras());
        await expectRefusal(store, bind, expect.anything());
        const other = model();
        const twice = [ref(other.uuid, first, isDefault), ref(other.uuid, second, isDefault)];
        const add = () => store.addModel({ ...other, modelServiceRefs: twice }, extras());
        await expectRefusal(store, add, expect.anything());

        await store.bindModelToService(ref(uuid, third), extras());
        const another = await addedModel(store);
        await store.bindModelToService(ref(another.uuid, first, isDefault), extras());
        expect((await store.findModelService(first))?.modelServiceRefs).toMatchObject([
          { modelUuid: uuid, isDefault: true },
          { modelUuid: another.uuid, isDefault: true },
        ]);
      });
    });

    const writes: [
      string,
      (store: Store, service: ModelService, given: WriteExtras) => Promise<unknown>,
    ][] = [
      ['adding a service', (store, _, given) => store.addModelService(modelService(), given)],
      ['adding a model', (store, _, given) => store.addModel(model(), given)],
      [
        'changing',
        (store, { uuid }, given) =>
          store.changeModelService(uuid, (current) => ({ ...current, name: 'changed' }), given),
      ],
      [
        'cloning',
        (store, { uuid }, given) =>
          store.cloneModelService(uuid, (source) => ({ ...source, uuid: newUuid() }), given),
      ],
      [
        'binding',
        (store, { uuid, name }, given) => store.bindModelToService(ref(name, uuid), given),
      ],
    ];

    describe.each(writes)('%s', (_name, write) => {
      /** A store with a tagged service, and a model whose uuid is the service's name. */
      const prepare = async (context: Finishing) => {
        const store = await open(context);
        const bound = await addedModel(store);
        const service = modelService({ name: bound.uuid });
        const tags = [tag(service.uuid, 'there')];
        await store.addModelService(service, extras({ tags }));
        return { store, bound, service, tags };
      };

      test.for<[string, (known: string[]) => Reference[], string]>([
        [
          'one',
          () => [{ field: 'uuid', type: 'ModelVO', uuids: [UNKNOWN], list: false }],
          `invalid field[uuid], resource[uuid:${UNKNOWN}, type:ModelVO] not found`,
        ],
        [
          'those of a list',
          ([model = '']) => [
            { field: 'modelUuids', type: 'ModelVO', uuids: ['b', model, 'a'], list: true },
          ],
          'invalid field[modelUuids], resource[uuids:[b, a], type:ModelVO] not found',
        ],
        [
          'the only one of a list',
          () => [{ field: 'tagUuids', type: 'TagVO', uuids: ['😀'], list: true }],
          'invalid field[tagUuids], resource[uuids:[😀], type:TagVO] not found',
        ],
        [
          'one of another kind',
          ([model = '']) => [{ field: 's', type: 'ModelServiceVO', uuids: [model], list: false }],
          'invalid field[s], resource[uuid:MODEL, type:ModelServiceVO] not found',
        ],
        [
          'a center',
          ([, service = '']) => [
            { field: 'modelCenterUuid', type: 'ModelCenterVO', uuids: [service], list: false },
          ],
          'invalid field[modelCenterUuid], resource[uuid:SERVICE, type:ModelCenterVO] not found',
        ],
        [
          'the first of several',
          ([model = '']) => [
            { field: 'a', type: 'ModelVO', uuids: [model], list: false },
            { field: 'b', type: 'TagVO', uuids: ['x'], list: false },
            { field: 'c', type: 'ModelVO', uuids: ['y'], list: false },
          ],
          'invalid field[b], resource[uuid:x, type:TagVO] not found',
        ],
      ])('is refused when references miss %s', async ([, references, sentence], context) => {
        const { store, bound, service } = await prepare(context);
        const given = extras({
          references: references([bound.uuid, service.uuid]),
          tags: [tag(service.uuid, 'new')],
        });
        const expected = sentence.replace('MODEL', bound.uuid).replace('SERVICE', service.uuid);
        await expectRefusal(store, () => write(store, service, given), notFound(expected));
      });

      test('is done when references name what is there, also twice or not at all', async (context) => {
        const { store, bound, service, tags } = await prepare(context);
        const references: Reference[] = [
          { field: 'a', type: 'ModelVO', uuids: [bound.uuid, bound.uuid], list: true },
          { field: 'b', type: 'ModelServiceVO', uuids: [service.uuid], list: false },
          { field: 'c', type: 'TagVO', uuids: tags.map(({ uuid }) => uuid), list: true },
          { field: 'd', type: 'ModelCenterVO', uuids: [], list: true },
        ];
        const before = await contents(store);
        await write(store, service, extras({ references }));
        expect(await contents(store)).not.toEqual(before);
      });

      test('leaves nothing behind when its last part can not be kept', async (context) => {
        const { store, service, tags } = await prepare(context);
        // A tag's uuid that is taken: what comes before it has been written by then.
        const failing = tag(service.uuid, 'new', { uuid: tags[0]?.uuid ?? '' });
        const given = extras({ tags: [tag(service.uuid, 'also new'), failing] });
        await expectRefusal(store, () => write(store, service, given), expect.anything());
      });
    });

    test.for<[string, (store: Store, service: ModelService) => Promise<unknown>]>([
      [
        'a service bound to an unknown model',
        (store) => {
          const { uuid } = modelService();
          return store.addModelService(
            modelService({ uuid, modelServiceRefs: [ref(UNKNOWN, uuid)] }),
            extras(),
          );
        },
      ],
      [
        'a service with an image that is another’s',
        (store, { modelServiceImages }) =>
          store.addModelService(
            modelService({ modelServiceImages: [...modelServiceImages] }),
            extras(),
          ),
      ],
      [
        'a change to an image that is another’s',
        (store, { uuid, modelServiceImages }) =>
          store.changeModelService(
            uuid,
            (current) => ({
              ...current,
              name: 'changed',
              modelServiceImages: [...modelServiceImages, ...modelServiceImages],
            }),
            extras(),
          ),
      ],
      [
        'a model bound to an unknown service',
        (store) => {
          const { uuid } = model();
          return store.addModel(model({ uuid, modelServiceRefs: [ref(uuid, UNKNOWN)] }), extras());
        },
      ],
      [
        'a binding of an unknown model',
        (store, { uuid }) => store.bindModelToService(ref(UNKNOWN, uuid), extras()),
      ],
      [
        'a change of an unknown service',
        (store) => store.changeModelService(UNKNOWN, (current) => current, extras()),
      ],
      [
        'a clone of an unknown service',
        (store) => store.cloneModelService(UNKNOWN, (source) => source, extras()),
      ],
    ])('refuses %s, even when no reference was to be checked', async ([, write], context) => {
      const store = await open(context);
      const { uuid } = modelService();
      const service = await added(store, { uuid, modelServiceImages: [image(uuid)] });
      await expectRefusal(store, () => write(store, service), expect.anything());
    });

    test('takes a list of a hundred thousand uuids', async (context) => {
      const store = await open(context);
      const { uuid } = await addedModel(store);
      const uuids = Array.from({ length: 99_999 }, newUuid);
      const reference = {
        field: 'f',
        type: 'ModelVO',
        uuids: [uuid, ...uuids],
        list: true,
      } as const;
      const write = () => store.addModel(model(), extras({ references: [reference] }));
      await expectRefusal(
        store,
        write,
        notFound(`invalid field[f], resource[uuids:[${uuids.join(', ')}], type:ModelVO] not found`),
      );
    });

    test('does all of many writes at the same time', async (context) => {
      const store = await open(context);
      const uuid = newUuid();
      const outcomes = await Promise.allSettled([
        ...Array.from({ length: 30 }, () => store.addModelService(modelService(), extras())),
        ...Array.from({ length: 5 }, () => store.addModel(model({ uuid }), extras())),
      ]);
      const failed = outcomes.filter(({ status }) => status === 'rejected');
      expect(failed).toEqual(Array(4).fill({ status: 'rejected', reason: alreadyUsed(uuid) }));
      expect(await store.countModelServices()).toBe(30);
      expect(await store.countModels()).toBe(1);
    });

    describe('a session', () => {
      test('is unknown until added, and then as it was added', async (context) => {
        const store = await open(context);
        const known = session();
        const { uuid, expiredDate } = known;
        expect(await store.useSession(uuid, 0, 1)).toBeUndefined();
        await store.addSession(known);
        expect(await store.useSession(uuid, expiredDate - 1, expiredDate)).toEqual(known);
        expect(await store.useSession(uuid.toUpperCase(), 0, expiredDate)).toBeUndefined();
      });

      test('lives on with each use, alone', async (context) => {
        const store = await open(context);
        const [used, unused] = [session(), session()];
        await store.addSession(used);
        await store.addSession(unused);
        for (const hour of [1, 2, 3, 4]) {
          const now = used.createDate + hour * 3_600_000;
          const expiredDate = now + 7_200_000;
          expect(await store.useSession(used.uuid, now, expiredDate)).toEqual({
            ...used,
            expiredDate,
          });
        }
        const { uuid, expiredDate } = unused;
        expect(await store.useSession(unused.uuid, expiredDate, expiredDate + 1)).toBeUndefined();
        expect(await store.useSession(uuid, expiredDate - 1, expiredDate)).toEqual(unused);
      });

      test('is over from the moment it expires, and stays so', async (context) => {
        const store = await open(context);
        const expired = session();
        await store.addSession(expired);
        const { uuid, expiredDate } = expired;
        const later = expiredDate + 7_200_000;
        for (const now of [expiredDate, expiredDate + 1, expiredDate]) {
          expect(await store.useSession(uuid, now, later)).toBeUndefined();
        }
      });

      test('is what its use answers, however small the step', async (context) => {
        const store = await open(context);
        const known = session();
        await store.addSession(known);
        for (const step of [1, 400, 999, 1000, 60_000]) {
          const answered = await store.useSession(known.uuid, 0, known.expiredDate + step);
          // Asking for an expiry in the past shows what is kept.
          expect(await store.useSession(known.uuid, 0, answered?.expiredDate ?? 0)).toEqual(
            answered,
          );
        }
      });
    });

    test('answers until it is closed, then rejects every call', async (context) => {
      const store = await open(context);
      const service = await added(store);
      await expect(store.ping()).resolves.toBeUndefined();
      await store.close();
      const calls = [
        () => store.ping(),
        () => store.findModel(service.uuid),
        () => store.findModelService(service.uuid),
        () => store.listModels(ALL),
        () => store.listModelServices(ALL),
        () => store.countModels(),
        () => store.countModelServices(),
        () => store.listTags(service.uuid),
        () => store.addSession(session()),
        () => store.useSession(UNKNOWN, 0, 1),
        ...writes.map(
          ([, write]) =>
            () =>
              write(store, service, extras()),
        ),
      ];
      const outcomes = await Promise.allSettled(calls.map((call) => call()));
      expect(outcomes.map(({ status }) => status)).toEqual(calls.map(() => 'rejected'));
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
}
