import { ApiError } from '../../contract/errors.ts';
import type { Store } from '../../domain/dependencies.ts';
import type { NewJob } from '../../domain/records.ts';
import { duplicateJob } from '../errors.ts';
import { isWorthSliding } from '../sessions.ts';
import { Connections, type Run, type Work } from './connections.ts';
import type { Pool } from './driver.ts';
import {
  CLAIM_MS,
  claimHook,
  claimHooks,
  findHook,
  findJob,
  insertJob,
  pendingHooks,
  requireUnused,
  sweepJobs,
  tryJob,
} from './jobs.ts';
import { countRecords, findRecord, listRecords } from './reads.ts';
import { insertResources, readResources } from './seed.ts';
import { validSession } from './sessions.ts';
import type { Prepared } from './statement.ts';
import { statements } from './statements.ts';
import { operationWrites, type Write } from './writes.ts';

export interface PostgresStoreOptions {
  /** Of a connection that asks how the database is; where all others wait for a lock it has one all the same. */
  checks?: Pool | undefined;
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
  { checks = pool, server, onCommit = () => {} }: PostgresStoreOptions,
): Store {
  const connections = new Connections(pool, () => onCommit(1));
  const checking = new Connections(checks);
  const { read } = connections;
  const write: Write = Object.assign(<Result>(work: Work<Result>) => connections.write(work), {
    atOnce: connections.writeAtOnce,
  });

  /** A job's writes: with the work the job is kept, or neither. */
  function writeFor(job: NewJob): Write {
    const isThere = async (run: Run) => (await findJob(run, job.uuid)) !== undefined;
    /** Waits for the other transaction, where that is still under way. */
    const isKept = async (run: Run) => {
      await run({ text: 'BEGIN' });
      try {
        return !(await tryJob(run, job));
      } finally {
        await run({ text: 'ROLLBACK' }).catch(() => {});
      }
    };
    const writeJob = async <Result>(work: Work<Result>): Promise<Result> => {
      try {
        return await connections.write(async (run) => {
          // Before the work, which would fail for another reason where it was done already.
          await requireUnused(run, job);
          const result = await work(run);
          await insertJob(run, server, job, true, result as object);
          return result;
        }, isKept);
      } catch (error) {
        // What it failed for may be what the same job has done at the same time.
        const isRefused = error instanceof ApiError && error.failure !== 'notReady';
        throw isRefused && (await read(isThere)) ? duplicateJob(job) : error;
      }
    };
    return Object.assign(writeJob, { atOnce: writeJob });
  }

  const store: Store = {
    ...operationWrites(write),
    forJob: (job) => ({ ...store, ...operationWrites(writeFor(job)) }),
    addFailedJob: (job, failure) => write((run) => insertJob(run, server, job, false, failure)),
    findJob: (uuid) => read((run) => findJob(run, uuid)),
    pendingHooks: () => read(pendingHooks),
    hookOf: (jobUuid) => read((run) => findHook(run, jobUuid)),
    claimHooks: (called) => write((run) => claimHooks(run, server, called)),
    claimHook: (jobUuid) => write.atOnce((run) => claimHook(run, server, jobUuid)),
    changeHook: (hook) =>
      write.atOnce(async (run) => {
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
      if (!session || !isWorthSliding(session.expiredDate, expiredDate, now)) return session;
      const slide = write.atOnce(async (run) => {
        await statements.moveExpiryOn(run, { uuid, now, expiredDate });
        return validSession(run, uuid, now);
      });
      // Where nothing can be written it stays as it is, and whoever reads is let in.
      return slide.catch(() => session);
    },
    deleteSession: (uuid) =>
      write.atOnce(async (run) => void (await statements.deleteSession(run, { uuid }))),

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
    readResources: () => connections.readMoment(readResources),

    ping: async () => {
      const { rows } = await checking.read((run) => statements.isReadOnly(run));
      if (rows[0]?.[0] === 'on') {
        throw new ApiError('notReady', 'the database can only be read at present');
      }
      // Where the last write failed only another one tells whether it would now.
      if (!connections.isFailing) return;
      await write(async (run) => {
        await statements.insertControl(run);
        await statements.rewriteControl(run);
      });
    },
    close: async () => {
      await write.atOnce((run) => statements.releaseHooks(run, { server })).catch(() => {});
      await connections.close();
      if (checks !== pool) await checking.close();
    },
  };
  return store;
}
