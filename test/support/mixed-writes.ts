import type { InventoryOf } from '../../src/contract/schemas/fields.ts';
import { newUuid } from './records.ts';
import { requiredModelParams, requiredServiceParams } from './resources.ts';
import { API, ROOT } from './server.ts';

/** What a resource has to hold, in terms that are known before it is written: names, not uuids. */
export interface Content {
  kind: 'service' | 'model';
  text: string;
  number: number;
  images: string[];
  /** The name of each resource it is bound to, with whether the binding is the default. */
  bound: Record<string, boolean>;
  tags: string[];
}

/** Resources by their names, of which each is given once. */
export type KnownResources = ReadonlyMap<string, Content>;

/** A request with its expected effect. */
export interface Write {
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: object;
  /** The affected resources after the write; undefined for a deleted one. */
  after: ReadonlyMap<string, Content | undefined>;
  /** The name of the resource in its answer. */
  reports?: string;
  /** Whether it can only fail, as a job. */
  fails?: true;
}

export type Inventory = InventoryOf<'ModelService'> | InventoryOf<'Model'>;

const ARCHITECTURES = ['x86_64', 'aarch64', 'mips64el', 'loongarch64'] as const;
/** How many of a kind one writer has at most. */
const SERVICES = { least: 3, most: 9 };
const MODELS = { least: 2, most: 5 };

const below = (bound: number) => Math.floor(Math.random() * bound);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

let texts = 0;
const newText = (what: string) => `${what} ${texts++}`;

function newImages() {
  const first = pick(ARCHITECTURES);
  const others = ARCHITECTURES.filter((each) => each !== first && below(2) === 0);
  const images = [first, ...others].map((cpuArchitecture) => ({
    cpuArchitecture,
    dockerImage: newText('registry.example.com/image'),
  }));
  return {
    sent: images,
    stored: images.map(({ cpuArchitecture, dockerImage }) => `${cpuArchitecture} ${dockerImage}`),
  };
}

function newTags() {
  const userTags = Array.from({ length: below(3) }, () => newText('user tag'));
  const systemTags = Array.from({ length: below(2) }, () => newText('system::tag'));
  const stored = [
    ...userTags.map((tag) => `User ${tag}`),
    ...systemTags.map((tag) => `System ${tag}`),
  ];
  return { sent: { userTags, systemTags }, stored };
}

const withTags = (content: Content, tags: readonly string[]): Content => ({
  ...content,
  tags: [...content.tags, ...tags].toSorted(),
});

const bind = (content: Content, other: string, isDefault = false): Content => ({
  ...content,
  bound: { ...content.bound, [other]: isDefault },
});

function unbind(content: Content, other: string): Content {
  const { [other]: _, ...bound } = content.bound;
  return { ...content, bound };
}

/** What a service or model holds, by its inventory. */
export function contentOf(
  inventory: Inventory,
  nameOf: (uuid: string) => string,
  tags: string[],
): Content {
  const isService = 'modelServiceImages' in inventory;
  const other = isService ? 'modelUuid' : 'modelServiceUuid';
  return {
    kind: isService ? 'service' : 'model',
    text: isService ? inventory.yaml : (inventory.introduction ?? ''),
    number: isService ? inventory.requestCpu : inventory.size,
    images: isService
      ? inventory.modelServiceImages.map(
          ({ cpuArchitecture, dockerImage }) => `${cpuArchitecture} ${dockerImage}`,
        )
      : [],
    bound: Object.fromEntries(
      inventory.modelServiceRefs.map((ref) => [nameOf(ref[other]), ref.isDefault]),
    ),
    tags: tags.toSorted(),
  };
}

/**
 * Makes a random write that changes something.
 * @param fixtures the existing resources
 * @param uuidColumn gives a resource's uuid; one whose uuid isn't known yet is skipped
 */
export function randomWrite(
  fixtures: KnownResources,
  uuidOf: (name: string) => string | undefined,
): Write {
  const known = [...fixtures].flatMap(([name, content]) => {
    const uuid = uuidOf(name);
    return uuid === undefined ? [] : [{ name, content, uuid }];
  });
  const services = known.filter(({ content }) => content.kind === 'service');
  const models = known.filter(({ content }) => content.kind === 'model');
  type Known = (typeof known)[number];

  /** Binds a resource that is made to some that are there. */
  function boundTo(name: string, content: Content, others: readonly Known[], dflt?: Known) {
    let made = content;
    const after = new Map<string, Content>();
    for (const other of others) {
      const isDefault = other === dflt;
      made = bind(made, other.name, isDefault);
      after.set(other.name, bind(other.content, name, isDefault));
    }
    return after.set(name, made);
  }
  const some = (those: readonly Known[]) => those.filter(() => Math.random() < 0.4).slice(0, 3);

  function addService(): Write {
    const [name, text] = [newText('service'), newText('yaml')];
    const [images, tags, number, others] = [newImages(), newTags(), below(1000), some(models)];
    const content: Content = {
      ...{ kind: 'service', text, number, images: images.stored, bound: {}, tags: [] },
    };
    const modelUuids = others.map(({ uuid }) => uuid);
    const given = { name, yaml: text, requestCpu: number, architectureImages: images.sent };
    return {
      method: 'POST',
      path: `${API}/model-services`,
      body: { param: { ...requiredServiceParams, ...given, modelUuids }, ...tags.sent },
      after: boundTo(name, withTags(content, tags.stored), others),
      reports: name,
    };
  }

  function addModel(): Write {
    const [name, text] = [newText('model'), newText('introduction')];
    const [tags, number, others] = [newTags(), below(1000), some(services)];
    const content: Content = { kind: 'model', text, number, images: [], bound: {}, tags: [] };
    const dflt = Math.random() < 0.5 ? others[0] : undefined;
    const modelServiceUuids = others.filter((other) => other !== dflt).map(({ uuid }) => uuid);
    const given = { name, introduction: text, size: number, modelServiceUuids };
    const param = { ...requiredModelParams, ...given, defaultModelServiceUuid: dflt?.uuid };
    return {
      method: 'POST',
      path: `${API}/models`,
      body: { param, ...tags.sent },
      after: boundTo(name, withTags(content, tags.stored), others, dflt),
      reports: name,
    };
  }

  function clone(): Write {
    const [source, name, tags, images] = [pick(services), newText('clone'), newTags(), newImages()];
    const takesImages = Math.random() < 0.5;
    const content = { ...source.content, bound: {}, tags: [] };
    if (takesImages) content.images = images.stored;
    const others = models.filter((model) => model.name in source.content.bound);
    // A model whose uuid isn't known yet is bound too.
    if (others.length < Object.keys(source.content.bound).length) return update();
    return {
      method: 'POST',
      path: `${API}/model-services/${source.uuid}`,
      body: {
        params: { name, ...(takesImages && { architectureImages: images.sent }) },
        ...tags.sent,
      },
      after: boundTo(name, withTags(content, tags.stored), others),
      reports: name,
    };
  }

  function update(): Write {
    const [{ name, content, uuid }, text] = [pick(services), newText('yaml')];
    const [images, tags, number] = [newImages(), newTags(), below(1000)];
    const changed = { ...content, text, number, images: images.stored };
    const given = { yaml: text, requestCpu: number, architectureImages: images.sent };
    return {
      method: 'PUT',
      path: `${API}/model-services/${uuid}`,
      body: { updateModelService: given, ...tags.sent },
      after: new Map([[name, withTags(changed, tags.stored)]]),
      reports: name,
    };
  }

  function bindOrUnbind(): Write {
    const [model, service] = [pick(models), pick(services)];
    const path = `${API}/models/${model.uuid}/model-services/${service.uuid}`;
    const change = service.name in model.content.bound ? unbind : bind;
    const after = new Map([
      [model.name, change(model.content, service.name)],
      [service.name, change(service.content, model.name)],
    ]);
    if (change === unbind) return { method: 'DELETE', path, after };
    return { method: 'POST', path, body: { param: {} }, after, reports: service.name };
  }

  function remove(those: readonly Known[], path: string): Write {
    const { name, content, uuid } = pick(those);
    const after = new Map<string, Content | undefined>([[name, undefined]]);
    for (const other of Object.keys(content.bound)) {
      after.set(other, unbind(fixtures.get(other) as Content, name));
    }
    return { method: 'DELETE', path: `${API}/${path}/${uuid}`, after };
  }

  function addTag(): Write {
    const [{ name, content, uuid }, tag] = [pick(known), newText('user tag')];
    const resourceType = content.kind === 'service' ? 'ModelServiceVO' : 'ModelVO';
    return {
      method: 'POST',
      path: `${ROOT}/user-tags`,
      body: { params: { resourceType, resourceUuid: uuid, tag } },
      after: new Map([[name, withTags(content, [`User ${tag}`])]]),
    };
  }

  function cloneNothing(): Write {
    const path = `${API}/model-services/${newUuid()}`;
    return { method: 'POST', path, body: { params: {} }, after: new Map(), fails: true };
  }

  if (services.length < SERVICES.least) return addService();
  if (models.length < MODELS.least) return addModel();
  const hasRoom = fixtures.size < SERVICES.most + MODELS.most;
  const choices = [
    ...[update, update, bindOrUnbind, bindOrUnbind, addTag, cloneNothing],
    ...(hasRoom && services.length < SERVICES.most ? [addService, addService, clone, clone] : []),
    ...(hasRoom && models.length < MODELS.most ? [addModel, addModel] : []),
    ...(services.length > SERVICES.least ? [() => remove(services, 'model-services')] : []),
    ...(models.length > MODELS.least ? [() => remove(models, 'models')] : []),
  ];
  return pick(choices)();
}
