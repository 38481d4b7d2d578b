import { drizzle } from 'drizzle-orm/better-sqlite3';
import { LRUCache } from 'lru-cache';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { type Kind, queryables } from '../../contract/queryable.ts';
import type { ResourceType } from '../../contract/resource.ts';
import type { Reference, Store, WriteExtras, Writes } from '../../domain/ports.ts';
import type {
  Model,
  ModelCenter,
  ModelCenterFields,
  ModelFields,
  ModelService,
  ModelServiceFields,
  NewJob,
  Records,
  Session,
  Tag,
} from '../../domain/records.ts';
import { sources } from './conditions.ts';
import type { Database } from './driver.ts';
import { translateError } from './errors.ts';
import { defineMatches } from './patterns.ts';
import { compileQueries, PREPARED_MAX } from './queries.ts';
import { compileFind, compileRows, type Rows } from './rows.ts';
import { compileStatements } from './statements.ts';

/**
 * A session need not slide by less than this, nor by less than this part of its lifetime: the wire's
 * dates are to the second, and most calls are spared a write.
 */
const SLIDE_MS = 1000;
const SLIDE_PART = 1 / 100;

/** Most a page of several resources may hold. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;

/** Does work in a transaction, which is durable when the promise resolves. */
type Write = <Result>(work: () => Result) => Promise<Result>;

/** The store on an open and migrated SQLite database, which it closes in the end. */
export function createSqliteStore(client: Database): Store {
  defineMatches(client);
  const db = drizzle(client, { casing: 'snake_case' });
  const run = compileStatements(db);
  const queries = compileQueries(client);
  const ofEachKind = <Compiled>(compile: (kind: Kind) => Compiled) =>
    Object.fromEntries(Object.keys(sources).map((kind) => [kind, compile(kind as Kind)])) as Record<
      Kind,
      Compiled
    >;
  const findRow = ofEachKind((kind) => compileFind(db, kind));
  /** Without what is never told: it would only cost. */
  const toldRows = ofEachKind((kind) =>
    compileRows(db, kind, Object.keys(queryables[kind].inventory.properties), 'lists too'),
  );
  const partialRows = new LRUCache<string, Rows>({
    max: PREPARED_MAX,
    memoMethod: (key) => {
      const [kind, ...fields] = key.split(',');
      return compileRows(db, kind as Kind, fields, 'fields alone');
    },
  });

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

  function validSession(uuid: string, now: number): Session | undefined {
    const session = run.sessionByUuid(uuid);
    return session && session.expiredDate > now ? session : undefined;
  }

  function moveExpiry(session: Session, expiredDate: number): Session {
    const moved = { ...session, expiredDate };
    run.updateSession(moved);
    return moved;
  }

  /** @throws ApiError SYS.1003 naming what is missing (contract §4.3) */
  function requireReference({ field, type, uuids, list }: Reference): void {
    const found = new Set(
      type === 'TagVO' ? run.findTagUuids(uuids) : run.findResourceUuids(type, uuids),
    );
    const missing = [...new Set(uuids)].filter((uuid) => !found.has(uuid));
    if (missing.length === 0) return;
    throw notFound(field, list ? `uuids:[${missing.join(', ')}]` : `uuid:${missing[0]}`, type);
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

  function withCapacity(centers: ModelCenterFields[]): ModelCenter[] {
    const sums = new Map(
      run.capacitiesOf(centers.map(({ uuid }) => uuid)).map((sum) => [sum.uuid, sum]),
    );
    return centers.map((center) => ({
      modelUsedCapacity: 0,
      modelServiceUsedCapacity: 0,
      ...center,
      ...sums.get(center.uuid),
    }));
  }

  /** What makes whole records of a kind's rows. */
  const complete: { [K in Kind]: (rows: never[]) => Records[K][] } = {
    ModelService: withParts,
    Model: withRefs,
    ModelCenter: withCapacity,
    UserTag: (rows) => rows,
    SystemTag: (rows) => rows,
  };

  function find<K extends Kind>(kind: K, uuid: string): Records[K] | undefined {
    const row = findRow[kind](uuid);
    return row && complete[kind]([row as never])[0];
  }

  /** A resource that a reference has shown to be there. */
  function present<K extends Kind>(kind: K, uuid: string): Records[K] {
    const record = find(kind, uuid);
    if (!record) throw new Error(`${kind} ${uuid} was not checked to exist`);
    return record;
  }

  /** The writes of operations, each in a transaction that `write` makes. */
  const writes = (write: Write): Writes => {
    /** A write to a resource: what it names must exist, its tags are attached last. */
    function writeResource<Result>(extras: WriteExtras, work: () => Result): Promise<Result> {
      return write(() => {
        for (const reference of extras.references) requireReference(reference);
        const result = work();
        for (const tag of extras.tags) run.insertTagOnce(tag);
        return result;
      });
    }

    return {
      addModelService: (service, extras, resultOf) =>
        writeResource(extras, () => {
          insertService(service);
          return resultOf();
        }),

      changeModelService: (uuid, change, extras, resultOf) =>
        writeResource(extras, () => {
          const current = present('ModelService', uuid);
          const changed = { ...change(current), modelServiceRefs: current.modelServiceRefs };
          run.updateService(changed);
          if (changed.modelServiceImages !== current.modelServiceImages) {
            run.deleteImages(uuid);
            for (const image of changed.modelServiceImages) run.insertImage(image);
          }
          return resultOf(changed);
        }),

      cloneModelService: (sourceUuid, derive, extras, resultOf) =>
        writeResource(extras, () => {
          const clone = derive(present('ModelService', sourceUuid));
          insertService(clone);
          return resultOf(clone);
        }),

      addModel: (model, extras, resultOf) =>
        writeResource(extras, () => {
          addResource(model.uuid, 'ModelVO');
          run.insertModel(model);
          for (const ref of model.modelServiceRefs) run.insertRefOnce(ref);
          return resultOf();
        }),

      bindModelToService: (ref, extras, resultOf) =>
        writeResource(extras, () => {
          run.insertRefOnce(ref);
          return resultOf(present('ModelService', ref.modelServiceUuid));
        }),

      unbindModelFromService: (modelUuid, modelServiceUuid, resultOf) =>
        write(() => {
          run.deleteRef(modelUuid, modelServiceUuid);
          return resultOf();
        }),

      changeModel: (uuid, change, extras, resultOf) =>
        writeResource(extras, () => {
          const current = present('Model', uuid);
          const changed = change(current);
          run.updateModel(changed);
          if (changed.modelServiceRefs !== current.modelServiceRefs) {
            // One after the other: at no moment may there be two default ones.
            run.unmarkDefaultRef(uuid);
            for (const ref of changed.modelServiceRefs) {
              run.insertRefOnce({ ...ref, isDefault: false });
              if (ref.isDefault) run.markDefaultRef(ref);
            }
          }
          return resultOf(changed);
        }),

      addModelCenter: (center, extras, resultOf) =>
        writeResource(extras, () => {
          addResource(center.uuid, 'ModelCenterVO');
          run.insertCenter(center);
          return resultOf(present('ModelCenter', center.uuid));
        }),

      changeModelCenter: (uuid, change, extras, resultOf) =>
        writeResource(extras, () => {
          const current = present('ModelCenter', uuid);
          const { modelUsedCapacity, modelServiceUsedCapacity } = current;
          const changed = { ...change(current), modelUsedCapacity, modelServiceUsedCapacity };
          run.updateCenter(changed);
          return resultOf(changed);
        }),

      deleteResources: (type, uuids, resultOf) =>
        write(() => {
          run.deleteResources(type, uuids);
          return resultOf();
        }),

      deleteModelCenter: (uuid, { withModels }, resultOf) =>
        write(() => {
          if (!findRow.ModelCenter(uuid)) return resultOf();
          const modelUuids = run.modelsOfCenter(uuid);
          if (modelUuids.length > 0 && !withModels) {
            throw new ApiError(
              'operationFailed',
              `the model center[uuid:${uuid}] has ${modelUuids.length} model(s): delete them first, or ` +
                'all at once with deleteMode[Enforcing]',
            );
          }
          run.deleteResources('ModelVO', modelUuids);
          run.deleteResources('ModelCenterVO', [uuid]);
          return resultOf();
        }),

      addTag: (tag, resultOf) =>
        write(() => {
          const { resourceUuid, resourceType } = tag;
          requireReference({
            field: 'resourceUuid',
            type: resourceType,
            uuids: [resourceUuid],
            list: false,
          });
          if (!run.insertTagOnce(tag)) throw alreadyTagged(tag);
          return resultOf();
        }),

      changeSystemTag: (uuid, change, resultOf) =>
        write(() => {
          const current = find('SystemTag', uuid);
          if (!current) throw notFound('uuid', `uuid:${uuid}`, 'SystemTagVO');
          const changed = { ...current, ...change };
          if (run.hasSameTag(changed)) throw alreadyTagged(changed);
          run.updateTag(changed);
          return resultOf(changed);
        }),

      deleteTag: (uuid, resultOf) =>
        write(() => {
          run.deleteTag(uuid);
          return resultOf();
        }),

      renewSession: (uuid, now, expiredDate, resultOf) =>
        write(() => {
          const session = validSession(uuid, now);
          return resultOf(session && moveExpiry(session, expiredDate));
        }),
    };
  };

  /** Keeps a job as ended, with the hook to call. */
  function insertJob({ hookUrl, ...job }: NewJob, success: boolean, outcome: object): void {
    if (!run.insertJobOnce({ ...job, success, outcome })) throw duplicateJob(job.uuid);
    if (hookUrl === undefined) return;
    run.insertHook({ jobUuid: job.uuid, url: hookUrl, attempts: 0, pending: true, failure: null });
  }

  const store: Store = {
    ...writes(write),
    forJob: (job) => ({
      ...store,
      ...writes((work) =>
        write(() => {
          // Before the work, which would fail for another reason where it was done already.
          if (run.jobByUuid(job.uuid)) throw duplicateJob(job.uuid);
          const result = work();
          insertJob(job, true, result as object);
          return result;
        }),
      ),
    }),
    addFailedJob: (job, failure) => write(() => insertJob(job, false, failure)),
    findJob: (uuid) => read(() => run.jobByUuid(uuid)),
    pendingHooks: () => read(run.pendingHooks),
    hookOf: (jobUuid) => read(() => run.hookByJob(jobUuid)),
    changeHook: (hook) => write(() => run.updateHook(hook)),
    sweepJobs: (before, limit) =>
      write(() => {
        let bytes = 0;
        const swept = run.jobsBefore(before, limit.jobs).filter((job) => {
          const isWithin = bytes < limit.bytes;
          bytes += job.bytes;
          return isWithin;
        });
        run.deleteJobs(swept.map(({ uuid }) => uuid));
        return swept.length;
      }),

    find: (kind, uuid) => read(() => find(kind, uuid)),
    list: (kind, query) =>
      read(() => {
        const uuids = queries.page(kind, query);
        return complete[kind](rowsOf(toldRows[kind], uuids) as never[]);
      }),
    listFields: (kind, query, fields) =>
      read(() => {
        const uuids = queries.page(kind, query);
        return rowsOf(partialRows.memo([kind, ...fields].join()), uuids) as never[];
      }),
    count: (kind, conditions) => read(() => queries.count(kind, conditions)),

    addSession: (session, now) =>
      write(() => {
        run.deleteExpiredSessions(now);
        run.insertSession(session);
      }),
    findSession: (uuid, now) => read(() => validSession(uuid, now)),
    useSession: async (uuid, now, expiredDate) => {
      const session = await read(() => validSession(uuid, now));
      const worthwhile = Math.min(SLIDE_MS, (expiredDate - now) * SLIDE_PART);
      if (!session || expiredDate - session.expiredDate < worthwhile) return session;
      return write(() => {
        // Read again: it may have been renewed or ended meanwhile.
        const current = validSession(uuid, now);
        if (!current || current.expiredDate >= expiredDate) return current;
        return moveExpiry(current, expiredDate);
      });
    },
    deleteSession: (uuid) => write(() => run.deleteSession(uuid)),

    findPassword: (accountUuid) => read(() => run.passwordOf(accountUuid)),
    setPassword: (accountUuid, hash) =>
      write(() => {
        run.setPassword(accountUuid, hash);
        run.deleteSessionsOf(accountUuid);
      }),

    ping: () => read(() => void client.prepare('SELECT 1').get()),
    close: async () => void client.close(),
  };
  return store;
}

/** The rows of a page; SYS.1007 for one that would take the memory and time of everybody. */
function rowsOf(rows: Rows, uuids: readonly string[]): object[] {
  const bytes = uuids.length > 1 ? rows.bytes(uuids) : 0;
  if (bytes <= PAGE_BYTES_MAX) return rows.read(uuids);
  throw invalidArgument(
    `the ${uuids.length} resources asked for hold ${bytes} bytes, more than ${PAGE_BYTES_MAX}: ` +
      "ask for fewer at a time with 'limit', or for less of each with 'fields'",
  );
}

function notFound(field: string, resource: string, type: string): ApiError {
  return new ApiError(
    'resourceNotFound',
    `invalid field[${field}], resource[${resource}, type:${type}] not found`,
  );
}

function duplicateJob(uuid: string): ApiError {
  return new ApiError('duplicateJob', `Duplicate job uuid[${uuid}]`);
}

function alreadyTagged({ resourceUuid, tag }: Tag): ApiError {
  return new ApiError(
    'operationFailed',
    `the resource[uuid:${resourceUuid}] already has the tag[${tag}]`,
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
