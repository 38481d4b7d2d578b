import { ApiError } from '../../contract/errors.ts';
import type { NewJob, Session } from '../../domain/records.ts';
import type { Store } from '../../domain/store.ts';
import { duplicateJob, queryTooLong } from '../errors.ts';
import { shouldExtend } from '../sessions.ts';
import { earlyExpiry, OUTCOMES_MAX } from '../statement.ts';
import { Connections, inSnapshot, type Run, type Work } from './connections.ts';
import { LIST_TIMEOUTS, type Pool } from './driver.ts';
import { isCanceled } from './errors.ts';
import { countRecords, findRecord, listRecords } from './reads.ts';
import { insertResources, readResources } from './seed.ts';
import type { Prepared } from './statement.ts';
import { statements } from './statements.ts';
import { operationWrites, type Write } from './writes.ts';

/** Maximum hooks that a server claims at a time. */
const CLAIMED_MAX = 1000;
/**
 * Duration of a server's claim on a hook, in milliseconds: longer than an attempt and the pause after it.
 */
const CLAIM_MS = 15_000;
/** Bytes of outcomes that a server adds before it sums all again, because other servers add some too. */
const SUM_INTERVAL = 16 * 1024 * 1024;

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
  const { read } = connections;
  const readList = <Result>(work: Work<Result>) =>
    listConnections.read(work).catch((error) => {
      throw isCanceled(error) ? queryTooLong(LIST_TIMEOUTS.statementMs / 1000) : error;
    });
  const write: Write = Object.assign(<Result>(work: Work<Result>) => connections.write(work), {
    singleStatement: connections.writeStatement,
  });

  /** The size of all stored outcomes when they were last summed, and of those that this server has added since. */
  let [summed, added] = [0, SUM_INTERVAL];

  /** Inserts a job; returns the size of its outcome, or undefined if the uuid is in use. */
  async function tryInsertJob(run: Run, job: NewJob, success: boolean, outcome: object) {
    const { rows } = await statements.insertJobOnce(run, { ...job, success, outcome });
    return rows[0]?.[0] as number | undefined;
  }

  /**
   * Inserts a job that has ended, with its hook claimed for this server, and deletes the oldest jobs beyond the
   * maximum size of outcomes.
   * @throws ApiError SYS.1007 for a uuid in use
   */
  async function insertJob(run: Run, job: NewJob, success: boolean, outcome: object) {
    const size = await tryInsertJob(run, job, success, outcome);
    if (size === undefined) throw duplicateJob(job);
    if (job.hookUrl !== undefined) {
      const hook = { jobUuid: job.uuid, url: job.hookUrl, attempts: 0, pending: true };
      await statements.insertHook(run, { ...hook, claimedBy: server, claimMs: CLAIM_MS });
    }
    added += size;
    if (added < SUM_INTERVAL && summed + added <= OUTCOMES_MAX) return;
    summed = (await statements.sumOutcomes(run)).rows[0]?.[0] as number;
    added = 0;
    if (summed <= OUTCOMES_MAX) return;
    const { rows } = await statements.deleteJobs(run, earlyExpiry(summed - OUTCOMES_MAX));
    for (const [size] of rows) summed -= size as number;
  }

  /** Makes the runner of a job's write, which inserts the job in the same transaction. */
  function jobWrite(job: NewJob, toOutcome = (result: object) => result): Write {
    const exists = async (run: Run) => (await statements.jobByUuid(run, job)).length > 0;
    /** Waits for a transaction that inserts the same job, if it has not ended yet. */
    const wasCommitted = async (run: Run) => {
      await run({ text: 'BEGIN' });
      try {
        return (await tryInsertJob(run, job, false, {})) === undefined;
      } finally {
        await run({ text: 'ROLLBACK' }).catch(() => {});
      }
    };
    const writeJob = async <Result>(work: Work<Result>): Promise<Result> => {
      try {
        return await connections.write(async (run) => {
          // Before the work, whose repetition would fail with a misleading error.
          if (await exists(run)) throw duplicateJob(job);
          const result = await work(run);
          await insertJob(run, job, true, toOutcome(result as object));
          return result;
        }, wasCommitted);
      } catch (error) {
        // The work may have failed because another server ran the same job at the same time.
        const isRejected = error instanceof ApiError && error.failure !== 'notReady';
        throw isRejected && (await read(exists)) ? duplicateJob(job) : error;
      }
    };
    return Object.assign(writeJob, { singleStatement: writeJob });
  }

  async function findSession(uuid: string, now: number): Promise<Session | undefined> {
    const [session] = await read((run) => statements.sessionByUuid(run, { uuid, now }));
    return session;
  }

  /** The settings of the control API; undefined if none were set. */
  async function readControl(run: Run, find: Prepared): Promise<string | undefined> {
    const { rows } = await find(run);
    return (rows[0]?.[0] as string) || undefined;
  }

  const store: Store = {
    ...operationWrites(write),
    forJob: (job, toOutcome) => ({ ...store, ...operationWrites(jobWrite(job, toOutcome)) }),
    addFailedJob: (job, failure) => write((run) => insertJob(run, job, false, failure)),
    findJob: (uuid) => read(async (run) => (await statements.jobByUuid(run, { uuid }))[0]),
    pendingHooks: () => read((run) => statements.pendingHooks(run)),
    hookOf: (uuid) => read(async (run) => (await statements.hookByJob(run, { uuid }))[0]),
    claimHooks: (uuids) =>
      write(async (run) => {
        const claim = { server, claimMs: CLAIM_MS, limit: CLAIMED_MAX };
        if (uuids.length > 0) await statements.extendClaims(run, { ...claim, uuids });
        return statements.claimHooks(run, claim);
      }),
    claimHook: (uuid) =>
      write.singleStatement(async (run) => {
        const [hook] = await statements.claimHook(run, { uuid, server, claimMs: CLAIM_MS });
        return hook;
      }),
    changeHook: (hook) =>
      write.singleStatement(async (run) => {
        await statements.updateHook(run, { ...hook, server, claimMs: CLAIM_MS });
      }),
    sweepJobs: (before, limit) =>
      write.singleStatement(async (run) => {
        const { count } = await statements.deleteJobs(run, { before, early: 0, ...limit });
        return count;
      }),

    find: (kind, uuid) => read((run) => findRecord(run, kind, uuid)),
    list: (kind, query) => readList((run) => listRecords(run, kind, query)),
    listFields: (kind, query, fields) =>
      readList((run) => listRecords(run, kind, query, fields)) as never,
    listWithTotal: (kind, query, fields) =>
      readList(
        inSnapshot(async (run) => ({
          records: (await listRecords(run, kind, query, fields)) as never,
          total: await countRecords(run, kind, query.conditions),
        })),
      ),
    count: (kind, conditions) => readList((run) => countRecords(run, kind, conditions)),

    addSession: (session, now) =>
      write(async (run) => {
        await statements.deleteExpiredSessions(run, { now });
        await statements.insertSession(run, session);
      }),
    findSession,
    useSession: async (uuid, now, expiredDate) => {
      const session = await findSession(uuid, now);
      if (!session || !shouldExtend(session.expiredDate, expiredDate, now)) return session;
      const extended = write.singleStatement(async (run) => {
        await statements.extendExpiry(run, { uuid, now, expiredDate });
        const [current] = await statements.sessionByUuid(run, { uuid, now });
        return current;
      });
      // Reads must work with the session even if the database can't be written to.
      return extended.catch(() => session);
    },
    deleteSession: (uuid) =>
      write.singleStatement(async (run) => void (await statements.deleteSession(run, { uuid }))),

    findPassword: (accountUuid) =>
      read(async (run) => {
        const { rows } = await statements.passwordOf(run, { uuid: accountUuid });
        return rows[0]?.[0] as string | undefined;
      }),
    setPassword: (accountUuid, hash) =>
      write(async (run) => {
        await statements.setPassword(run, { accountUuid, hash });
        await statements.deleteSessionsOf(run, { uuid: accountUuid });
      }),

    addResources: (resources) => write((run) => insertResources(run, resources)),
    replaceResources: (resources) =>
      write(async (run) => {
        await statements.deleteAll(run);
        await insertResources(run, resources);
      }),
    readControl: () => read((run) => readControl(run, statements.control)),
    changeControl: (change) =>
      write(async (run) => {
        await statements.insertControl(run);
        const state = change(await readControl(run, statements.lockControl));
        await statements.updateControl(run, { state });
        return state;
      }),
    readResources: () => read(inSnapshot(readResources)),

    ping: async () => {
      const { rows } = await healthConnections.read((run) =>
        run({ text: 'SHOW transaction_read_only' }),
      );
      if (rows[0]?.[0] === 'on') {
        throw new ApiError('notReady', 'the database can only be read at present');
      }
      // After a disk failure, only another write shows whether writes work again.
      if (!connections.isDegraded) return;
      await write(async (run) => {
        await statements.insertControl(run);
        await statements.rewriteControl(run);
      });
    },
    close: async () => {
      await write
        .singleStatement((run) => statements.releaseHooks(run, { server }))
        .catch(() => {});
      for (const each of [connections, listConnections, healthConnections]) await each.close();
    },
  };
  return store;
}
