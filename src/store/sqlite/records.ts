import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../contract/errors.ts';
import { type Kind, queryables } from '../../contract/queryable.ts';
import type {
  Model,
  ModelCenter,
  ModelCenterFields,
  ModelFields,
  ModelService,
  ModelServiceFields,
  Records,
  Told,
} from '../../domain/records.ts';
import { sources } from './conditions.ts';
import { PREPARED_MAX } from './queries.ts';
import { compileFind, compileRows, type Rows } from './rows.ts';
import type { Statements } from './statements.ts';

/** Most a page of several resources may hold. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;

/** What makes whole records of rows: a service with its images and refs, a center with its sums. */
export function compileRecords(db: BetterSQLite3Database, run: Statements) {
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

  return {
    find,
    present,
    /** Whether there is one. */
    has: (kind: Kind, uuid: string): boolean => findRow[kind](uuid) !== undefined,
    /** Those of a page; SYS.1007 for one that holds too much. */
    list: <K extends Kind>(kind: K, uuids: readonly string[]): Told<Records[K]>[] =>
      complete[kind](rowsOf(toldRows[kind], uuids) as never[]),
    /** The same, each with these fields of its own alone. */
    listFields: <K extends Kind>(
      kind: K,
      uuids: readonly string[],
      fields: readonly string[],
    ): Partial<Records[K]>[] =>
      rowsOf(partialRows.memo([kind, ...fields].join()), uuids) as never[],
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;

/** The rows of a page; SYS.1007 for one that would take the memory and time of everybody. */
function rowsOf(rows: Rows, uuids: readonly string[]): object[] {
  const bytes = uuids.length > 1 ? rows.bytes(uuids) : 0;
  if (bytes <= PAGE_BYTES_MAX) return rows.read(uuids);
  throw invalidArgument(
    `the ${uuids.length} resources asked for hold ${bytes} bytes, more than ${PAGE_BYTES_MAX}: ` +
      "ask for fewer at a time with 'limit', or for less of each with 'fields'",
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
