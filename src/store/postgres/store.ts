import { ApiError } from '../../contract/errors.ts';
import type { Store } from '../../domain/dependencies.ts';
import type { NewJob } from '../../domain/records.ts';
import { duplicateJob } from '../errors.ts';
import { shouldExtend } from '../sessions.ts';
import { Connections, type Run, type Work } from './connections.ts';
import type { Pool } from './driver.ts';
import {
  assertUnused,
  CLAIM_MS,
  claimHook,
  claimHooks,
  findHook,
  findJob,
  insertJob,
  pendingHooks,
  sweepJobs,
  tryInsertJob,
} from './jobs.ts';
import { countRecords, findRecord, listRecords } from './reads.ts';
import { insertResources, readResources } from './seed.ts';
import { validSession } from './sessions.ts';
import type { Prepared } from './statement.ts';
import { statements } from './statements.ts';
import { operationWrites, type Write } from './writes.ts';

export interface PostgresStoreOptions {
  /** Of a connection that asks how the database is; where all others wait for a lock it has one all the same. */
  healthPool?: Pool | undefined;
  /** What tells this server from the others. */
  server: string;
  /** Told of each transaction how many writes it held. */
  onCommit?: ((writes: number) => void) | undefined;
}

/** Undefined where nothing was ever set. */
async function readControl(run: Run, find: Prepared): Promise<string | undefined> {
  const [row] = (await find(run)).rows as [state: string][];
  return row?.[0] || undefined;
}

/** The store on a migrated PostgreSQL database, whose connections it closes in the end. */
export function createPostgresStore(
  pool: Pool,
  { healthPool = pool, server, onCommit = () => {} }: PostgresStoreOptions,
): Store {
  const connections = new Connections(pool, () => onCommit(1));
  const healthConnections = new Connections(healthPool);
  const { read } = connections;
  const write: Write = Object.assign(<Result>(work: Work<Result>) => connections.write(work), {
    singleStatement: connections.writeStatement,
  });

  /** A job's writes: with the work the job is kept, or neither. */
  function jobWrite(job: NewJob): Write {
    const exists = async (run: Run) => (await findJob(run, job.uuid)) !== undefined;
    /** Waits for the other transaction, where that is still under way. */
    const wasCommitted = async (run: Run) => {
      await run({ text: 'BEGIN' });
      try {
        return !(await tryInsertJob(run, job));
      } finally {
        await run({ text: 'ROLLBACK' }).catch(() => {});
      }
    };
    const writeJob = async <Result>(work: Work<Result>): Promise<Result> => {
      try {
        return await connections.write(async (run) => {
          // Before the work, which would fail for another reason where it was done already.
          await assertUnused(run, job);
          const result = await work(run);
          await insertJob(run, server, job, true, result as object);
          return result;
        }, wasCommitted);
      } catch (error) {
        // What it failed for may be what the same job has done at the same time.
        const isRejected = error instanceof ApiError && error.failure !== 'notReady';
        throw isRejected && (await read(exists)) ? duplicateJob(job) : error;
      }
    };
    return Object.assign(writeJob, { singleStatement: writeJob });
  }

  const store: Store = {
    ...operationWrites(write),
    forJob: (job) => ({ ...store, ...operationWrites(jobWrite(job)) }),
    addFailedJob: (job, failure) => write((run) => insertJob(run, server, job, false, failure)),
    findJob: (uuid) => read((run) => findJob(run, uuid)),
    pendingHooks: () => read(pendingHooks),
    hookOf: (jobUuid) => read((run) => findHook(run, jobUuid)),
    claimHooks: (called) => write((run) => claimHooks(run, server, called)),
    claimHook: (jobUuid) => write.singleStatement((run) => claimHook(run, server, jobUuid)),
    changeHook: (hook) =>
      write.singleStatement(async (run) => {
        await statements.updateHook(run, { ...hook, server, claimMs: CLAIM_MS });
      }),
    sweepJobs: (before, limit) => write((run) => sweepJobs(run, before, limit)),

    find: (kind, uuid) => read((run) => findRecord(run, kind, uuid)),
    list: (kind, query) => read((run) => listRecords(run, kind, query)),
    listFields: (kind, query, fields) =>
      read((run) => listRecords(run, kind, query, fields)) as never,
    count: (kind, conditions) => read((run) => countRecords(run, kind, conditions)),

    addSession: (session, now) =>
      write(async (run) => {
        await statements.deleteExpiredSessions(run, { now });
        await statements.insertSession(run, session);
      }),
    findSession: (uuid, now) => read((run) => validSession(run, uuid, now)),
    useSession: async (uuid, now, expiredDate) => {
      const session = await read((run) => validSession(run, uuid, now));
      if (!session || !shouldExtend(session.expiredDate, expiredDate, now)) return session;
      const slide = write.singleStatement(async (run) => {
        await statements.extendExpiry(run, { uuid, now, expiredDate });
        return validSession(run, uuid, now);
      });
      // Where nothing can be written it stays as it is, and whoever reads is let in.
      return slide.catch(() => session);
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
    readResources: () => connections.readSnapshot(readResources),

    ping: async () => {
      const { rows } = await healthConnections.read((run) => statements.isReadOnly(run));
      if (rows[0]?.[0] === 'on') {
        throw new ApiError('notReady', 'the database can only be read at present');
      }
      // Where the last write failed only another one tells whether it would now.
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
      await connections.close();
      if (healthPool !== pool) await healthConnections.close();
    },
  };
  return store;
}
