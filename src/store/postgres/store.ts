import { ApiError } from '../../contract/errors.ts';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Hook, Resources } from '../../domain/records.ts';
import type { Condition, PageQuery, Snapshot, Store } from '../../domain/store.ts';
import { queryTooLong } from '../errors.ts';
import { createJobs } from '../jobs.ts';
import { insertResources, insertRows, newRows, readResources } from '../seed.ts';
import { createSessions } from '../sessions.ts';
import { createSnapshots, saveSnapshot } from '../snapshots.ts';
import { inOrder, oneStep, type Steps, type Work } from '../steps.ts';
import { operationWrites } from '../writes.ts';
import { Connections, inSnapshot } from './connections.ts';
import { records } from './dialect.ts';
import { LIST_MS, type Pool } from './driver.ts';
import { isCanceled } from './errors.ts';
import { allRecords, listRecords } from './reads.ts';
import { statements } from './statements.ts';

/** Maximum hooks that a server claims at a time. */
const CLAIMED_MAX = 1000;
/**
 * Duration of a server's claim on a hook, in milliseconds: longer than an attempt and the pause after it.
 */
const CLAIM_MS = 15_000;

/** Pools of connections to one database. */
export interface Pools {
  main: Pool;
  /** For lists and counts, so that slow ones leave connections to all other statements. */
  lists: Pool;
  /** For health checks, which need a connection even if all others wait for locks. */
  health: Pool;
}

export interface PostgresStoreOptions {
  /** This server's id among those on the database. */
  server: string;
  /** Called after each transaction with its number of writes. */
  onCommit?: ((writes: number) => void) | undefined;
}

/** Creates the store on a migrated PostgreSQL database; closing it closes the pools. */
export function createPostgresStore(
  pools: Pools,
  { server, onCommit = () => {} }: PostgresStoreOptions,
): Store {
  const connections = new Connections(pools.main, () => onCommit(1));
  const listConnections = new Connections(pools.lists);
  const healthConnections = new Connections(pools.health);
  const { read, write, writeStatement } = connections;
  const readList = <Result>(work: Work<Result>) =>
    listConnections.read(work).catch((error) => {
      throw isCanceled(error) ? queryTooLong(LIST_MS / 1000) : error;
    });
  const transactions = { read, write, writeStatement, tryWrite: writeStatement };

  const claim = { server, claimMs: CLAIM_MS };
  const stored = { bytes: 0, isShared: true };

  /** The settings of the control API; undefined if none were set. */
  function* readControl(find: typeof statements.control): Steps<string | undefined> {
    const { rows } = yield find();
    return (rows[0]?.[0] as string) || undefined;
  }

  function* setControl(change: (state: string | undefined) => string): Steps<string> {
    yield statements.insertControl();
    const state = change(yield* readControl(statements.lockControl));
    yield statements.updateControl({ state });
    return state;
  }

  function* extendAndClaim(uuids: readonly string[]): Steps<Hook[]> {
    if (uuids.length > 0) yield statements.extendClaims({ ...claim, uuids });
    return yield* statements.claimHooks({ ...claim, limit: CLAIMED_MAX });
  }

  function* replaceAll(resources: Resources, snapshot?: Snapshot): Steps<void> {
    const rows = newRows(resources, []);
    yield statements.lockResources();
    yield statements.deleteOthers(rows);
    yield statements.insertAbsent(rows);
    yield* insertRows(statements, { ...rows, resources: [] });
    if (snapshot) yield* saveSnapshot(statements, snapshot);
  }

  const store: Store = {
    ...operationWrites(statements, records)(transactions),
    ...createSessions(statements, transactions),
    ...createSnapshots(statements, transactions),
    ...createJobs({ statements, records, transactions, claim, stored }, () => store),
    claimHooks: (uuids) => write(() => extendAndClaim(uuids)),
    claimHook: async (uuid) =>
      (await writeStatement(() => statements.claimHook({ ...claim, uuid })))[0],
    find: (kind, uuid) => read(() => records.find(kind, uuid)),
    list: (kind, query) => readList(() => listRecords(kind, query)),
    listWithTotal: (kind, query) => readList(() => inSnapshot(() => listAndCount(kind, query))),
    count: (kind, conditions) => readList(() => countRecords(kind, conditions)),

    addResources: (resources) => write(() => insertResources(statements, resources)),
    replaceResources: (resources, snapshot) => write(() => replaceAll(resources, snapshot)),
    readControl: () => read(() => readControl(statements.control)),
    changeControl: (change) => write(() => setControl(change)),
    readResources: () => read(() => inSnapshot(() => readResources(allRecords, statements))),

    ping: async () => {
      const { rows } = await healthConnections.read(() =>
        oneStep({ text: 'SHOW transaction_read_only' }),
      );
      if (rows[0]?.[0] === 'on') {
        throw new ApiError('notReady', 'the database can only be read at present');
      }
      // After a disk failure, only another write shows whether writes work again.
      if (!connections.isDegraded) return;
      await write(() => inOrder(statements.insertControl(), statements.rewriteControl()));
    },
    close: async () => {
      await writeStatement(() => oneStep(statements.releaseHooks({ server }))).catch(() => {});
      for (const each of [connections, listConnections, healthConnections]) await each.close();
    },
  };
  return store;
}

function* listAndCount<K extends EntityKind>(kind: K, query: PageQuery) {
  const found = yield* listRecords(kind, query);
  return { records: found, total: yield* countRecords(kind, query.conditions) };
}

function* countRecords(kind: EntityKind, conditions: readonly Condition[]): Steps<number> {
  const { rows } = yield records.countOf(kind, conditions);
  return rows[0]?.[0] as number;
}
