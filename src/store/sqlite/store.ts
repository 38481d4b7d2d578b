import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import type { ResourceType } from '../../contract/resource.ts';
import type { Reference, Store, WriteExtras } from '../../domain/ports.ts';
import type { Model, ModelFields, ModelService, ModelServiceFields } from '../../domain/records.ts';
import { translateError } from './errors.ts';
import { compileStatements } from './statements.ts';

/** The wire's dates are to the second, so a session need not slide by less: one write saved per call. */
const SESSION_SLIDE_MS = 1000;

/** Most a page of several resources may hold. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;

/** The store on an open and migrated SQLite database, which it closes in the end. */
export function createSqliteStore(client: Database.Database): Store {
  const run = compileStatements(drizzle(client, { casing: 'snake_case' }));

  /** The one place where a write becomes a transaction: all of `work` is durable, or nothing is. */
  function write<Result>(work: () => Result): Promise<Result> {
    return read(() => client.transaction(work).immediate());
  }

  async function read<Result>(work: () => Result): Promise<Result> {
    if (!client.open) throw new ApiError('notReady', 'the database is closed');
    try {
      return work();
    } catch (error) {
      throw translateError(error);
    }
  }

  /** A write to a resource: what it names must exist, its tags are attached last. */
  function writeResource<Result>(extras: WriteExtras, work: () => Result): Promise<Result> {
    return write(() => {
      for (const reference of extras.references) requireReference(reference);
      const result = work();
      for (const tag of extras.tags) run.insertTagOnce(tag);
      return result;
    });
  }

  /** @throws ApiError SYS.1003 naming what is missing (contract §4.3) */
  function requireReference({ field, type, uuids, list }: Reference): void {
    const found = new Set(
      type === 'TagVO' ? run.findTagUuids(uuids) : run.findResourceUuids(type, uuids),
    );
    const missing = [...new Set(uuids)].filter((uuid) => !found.has(uuid));
    if (missing.length === 0) return;
    const named = list ? `uuids:[${missing.join(', ')}]` : `uuid:${missing[0]}`;
    throw new ApiError(
      'resourceNotFound',
      `invalid field[${field}], resource[${named}, type:${type}] not found`,
    );
  }

  function addResource(uuid: string, type: ResourceType): void {
    if (!run.insertResourceOnce({ uuid, type })) {
      throw invalidArgument(`resourceUuid[${uuid}] is already used`);
    }
  }

  function insertService(service: ModelService): void {
    addResource(service.uuid, 'ModelServiceVO');
    run.insertService(service);
    for (const image of service.modelServiceImages) run.insertImage(image);
    for (const ref of service.modelServiceRefs) run.insertRefOnce(ref);
  }

  function withParts(services: ModelServiceFields[]): ModelService[] {
    const uuids = services.map(({ uuid }) => uuid);
    const images = groupBy(run.imagesOfServices(uuids), (image) => image.modelServiceUuid);
    const refs = groupBy(run.refsOfServices(uuids), (ref) => ref.modelServiceUuid);
    return services.map((service) => ({
      ...service,
      modelServiceImages: images.get(service.uuid) ?? [],
      modelServiceRefs: refs.get(service.uuid) ?? [],
    }));
  }

  function withRefs(found: ModelFields[]): Model[] {
    const refs = groupBy(run.refsOfModels(found.map(({ uuid }) => uuid)), (ref) => ref.modelUuid);
    return found.map((model) => ({ ...model, modelServiceRefs: refs.get(model.uuid) ?? [] }));
  }

  function serviceOf(uuid: string): ModelService | undefined {
    const service = run.serviceByUuid(uuid);
    return service && withParts([service])[0];
  }

  /** A service that a reference has shown to be there. */
  function presentService(uuid: string): ModelService {
    const service = serviceOf(uuid);
    if (!service) throw new Error(`service ${uuid} was not checked to exist`);
    return service;
  }

  return {
    addModelService: (service, extras) => writeResource(extras, () => insertService(service)),

    changeModelService: (uuid, change, extras) =>
      writeResource(extras, () => {
        const current = presentService(uuid);
        const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
        run.updateService(changed);
        if (changed.modelServiceImages !== current.modelServiceImages) {
          run.deleteImages(uuid);
          for (const image of changed.modelServiceImages) run.insertImage(image);
        }
        return changed;
      }),

    cloneModelService: (sourceUuid, derive, extras) =>
      writeResource(extras, () => {
        const clone = derive(presentService(sourceUuid));
        insertService(clone);
        return clone;
      }),

    addModel: (model, extras) =>
      writeResource(extras, () => {
        addResource(model.uuid, 'ModelVO');
        run.insertModel(model);
        for (const ref of model.modelServiceRefs) run.insertRefOnce(ref);
      }),

    bindModelToService: (ref, extras) =>
      writeResource(extras, () => {
        run.insertRefOnce(ref);
        return presentService(ref.modelServiceUuid);
      }),

    findModelService: (uuid) => read(() => serviceOf(uuid)),
    listModelServices: (page) =>
      read(() => {
        refuseLargePage(run.servicePageSize(page));
        return withParts(run.servicesByAge(page));
      }),
    countModelServices: () => read(run.countServices),

    findModel: (uuid) =>
      read(() => {
        const model = run.modelByUuid(uuid);
        return model && withRefs([model])[0];
      }),
    listModels: (page) =>
      read(() => {
        refuseLargePage(run.modelPageSize(page));
        return withRefs(run.modelsByAge(page));
      }),
    countModels: () => read(run.countModels),

    listTags: (resourceUuid) => read(() => run.tagsOf(resourceUuid)),

    addSession: (session) => write(() => run.insertSession(session)),
    useSession: async (uuid, now, expiredDate) => {
      const session = await read(() => run.sessionByUuid(uuid));
      if (!session || session.expiredDate <= now) return undefined;
      if (expiredDate - session.expiredDate < SESSION_SLIDE_MS) return session;
      return await write(() => {
        run.slideSession(uuid, expiredDate);
        return { ...session, expiredDate };
      });
    },

    ping: () => read(() => void client.prepare('SELECT 1').get()),
    close: async () => void client.close(),
  };
}

/** @throws ApiError SYS.1007 for a page that would take the memory and time of everybody */
function refuseLargePage({ rows, bytes } = { rows: 0, bytes: 0 }): void {
  if (rows <= 1 || bytes <= PAGE_BYTES_MAX) return;
  throw invalidArgument(
    `the ${rows} resources asked for hold ${bytes} bytes, more than ${PAGE_BYTES_MAX}: ` +
      "ask for fewer at a time with 'limit'",
  );
}

function groupBy<Item>(items: Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
