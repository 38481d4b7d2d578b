import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/contract/errors.ts';
import type { NewJob } from '../../../src/domain/records.ts';
import type { Store } from '../../../src/domain/store.ts';
import type { Finishing } from '../../support/folder.ts';
import { extras, hook, model, newJob, noResources, tag } from '../../support/records.ts';
import { nothing } from '../../support/results.ts';
import { operationWrites, type WriteFixtures, writeFixtures } from '../../support/store-writes.ts';
import {
  addedModel,
  contents,
  failure,
  type OpenStore,
  pathReference,
  UNKNOWN,
} from '../../support/stores.ts';

const HOOK_URL = 'http://127.0.0.1:1/hook?a=b';
const duplicate = ({ uuid }: NewJob) => failure('SYS.1007', `Duplicate job uuid[${uuid}]`);
const failed = new ApiError('operationFailed', 'it failed').answer;

/** Text that is easily lost on the way into a database and back. */
const oddTexts = [
  '',
  ' ',
  'null',
  '"quoted" \\ and \\u0000',
  "'; DROP TABLE jobs; --",
  '\u0000 in the middle \u0000',
  '\ud800 alone',
  'line\nfeed\r\ttab \u2028 \u2029 \u0085 \u001f \u007f \ufeff',
  '😀 Ünïcödé 模型 \u0301',
  '1e400',
  'x'.repeat(1_000_000),
];

/** What is no uuid of a job of these tests. */
const otherUuids = (uuid: string) => [
  UNKNOWN,
  uuid.toUpperCase(),
  `${uuid} `,
  uuid.slice(1),
  '',
  '%',
  '\0',
  '\ud800',
];

/** Jobs and the hooks they call. */
export function describeJobs(open: OpenStore): void {
  const prepare = async (context: Finishing) => writeFixtures(await open(context));

  /** Everything stored, except jobs. */
  const seen = async ({ store, session }: WriteFixtures) => ({
    ...(await contents(store)),
    session: await store.findSession(session, 0),
  });

  const expectNoJob = async (store: Store, { uuid }: NewJob) => {
    expect(await store.findJob(uuid)).toBeUndefined();
    expect(await store.hookOf(uuid)).toBeUndefined();
    expect(await store.pendingHooks()).toEqual([]);
  };

  describe.each(Object.entries(operationWrites))('%s, for a job', (_name, write) => {
    test('stores the job with its result', async (context) => {
      const fixtures = await prepare(context);
      const { store } = fixtures;
      const job = newJob({ hookUrl: HOOK_URL, operation: 'AnOperation', createDate: 7 });
      const before = await seen(fixtures);
      const result = await write(
        fixtures,
        store.forJob(job),
        () => ({ reported: ['so'] }),
        nothing,
      );
      expect(result).toEqual({ reported: ['so'] });
      expect(await seen(fixtures)).not.toEqual(before);
      expect(await store.findJob(job.uuid)).toEqual({
        uuid: job.uuid,
        operation: 'AnOperation',
        createDate: 7,
        success: true,
        outcome: { reported: ['so'] },
      });
      expect(await store.hookOf(job.uuid)).toEqual(hook(job.uuid, { url: HOOK_URL }));
    });

    test('stores neither the job nor its write when it fails', async (context) => {
      const fixtures = await prepare(context);
      const { store } = fixtures;
      const before = await seen(fixtures);
      const thrown = new ApiError('operationFailed', 'in the end');
      const circular: { self?: object } = {};
      circular.self = circular;
      const failures: [() => object, unknown][] = [
        [
          () => {
            throw thrown;
          },
          thrown,
        ],
        // What no job can keep, which shows only after the work.
        [() => circular, expect.anything()],
        [() => ({ reported: 1n }), expect.anything()],
      ];
      for (const [resultOf, error] of failures) {
        const job = newJob({ hookUrl: HOOK_URL });
        const writing = write(fixtures, store.forJob(job), resultOf, nothing);
        await expect(writing).rejects.toEqual(error);
        expect(await seen(fixtures)).toEqual(before);
        await expectNoJob(store, job);
      }
    }, 30_000);

    test.for(['a success', 'a failure'])('fails if %s has the uuid', async (of, context) => {
      const fixtures = await prepare(context);
      const { store } = fixtures;
      const job = newJob({ hookUrl: HOOK_URL });
      if (of === 'a failure') await store.addFailedJob(job, failed);
      else await store.forJob(job).addResource('Model', model(), extras(), () => ({ first: true }));
      const tried = hook(job.uuid, { url: HOOK_URL, attempts: 3, failure: 'ECONNREFUSED' });
      await store.changeHook(tried);
      const before = await seen(fixtures);
      const stored = await store.findJob(job.uuid);
      const done: string[] = [];
      const retry = { ...job, operation: 'Another', createDate: 1, hookUrl: 'http://other' };
      const retried = write(
        fixtures,
        store.forJob(retry),
        () => {
          done.push('result');
          return {};
        },
        () => done.push('work'),
      );
      await expect(retried).rejects.toEqual(duplicate(job));
      expect(done).toEqual([]);
      expect(await seen(fixtures)).toEqual(before);
      expect(await store.findJob(job.uuid)).toEqual(stored);
      expect(await store.pendingHooks()).toEqual([tried]);
    });

    test('stores no job where none was requested', async (context) => {
      const fixtures = await prepare(context);
      const { store } = fixtures;
      const job = newJob({ hookUrl: HOOK_URL });
      store.forJob(job);
      await write(fixtures, store, () => ({}), nothing);
      await expectNoJob(store, job);
      expect(await store.sweepJobs(Number.MAX_SAFE_INTEGER, { jobs: 100, bytes: 1e9 })).toBe(0);
    });
  });

  describe('the store for a job', () => {
    test('rejects a uuid in use before it looks for what the write needs', async (context) => {
      const store = await open(context);
      const job = newJob();
      const { uuid } = await addedModel(store);
      await store.addFailedJob(job, failed);
      const forJob = store.forJob(job);
      const references = [pathReference(UNKNOWN)];
      for (const write of [
        () => forJob.addResource('Model', model(), extras({ references }), nothing),
        () => forJob.addResource('Model', model({ uuid }), extras(), nothing),
        () => forJob.addTag(tag(UNKNOWN, 'a tag'), nothing),
        () => forJob.changeSystemTag(UNKNOWN, { tag: 'a tag', lastOpDate: 0 }, nothing),
      ]) {
        await expect(write()).rejects.toEqual(duplicate(job));
      }
    });

    test('executes one of many concurrent writes of one job', async (context) => {
      const store = await open(context);
      const job = newJob();
      const outcomes = await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, index) =>
          store.forJob(job).addResource('Model', model(), extras(), () => ({ index })),
        ),
        ...Array.from({ length: 10 }, () => store.addFailedJob(job, failed)),
      ]);
      const done = outcomes.filter(({ status }) => status === 'fulfilled');
      const rejected = outcomes.filter(({ status }) => status === 'rejected');
      expect(done).toHaveLength(1);
      expect(rejected).toEqual(Array(19).fill({ status: 'rejected', reason: duplicate(job) }));
      const found = await store.findJob(job.uuid);
      expect(await store.count('Model', [])).toBe(found?.success ? 1 : 0);
    });

    test('can execute the job after a failed write', async (context) => {
      const store = await open(context);
      const job = newJob();
      const forJob = store.forJob(job);
      const references = [pathReference(UNKNOWN)];
      const failing = forJob.addResource('Model', model(), extras({ references }), () => ({}));
      await expect(failing).rejects.toMatchObject({ errorCode: 'SYS.1003' });
      await forJob.addResource('Model', model(), extras(), () => ({ done: true }));
      expect(await store.findJob(job.uuid)).toMatchObject({ success: true });
    });
  });

  describe('a job', () => {
    test('that failed is stored with its failure and its hook', async (context) => {
      const store = await open(context);
      const job = newJob({ operation: 'AnOperation', createDate: 9, hookUrl: HOOK_URL });
      await store.addFailedJob(job, failed);
      expect(await store.findJob(job.uuid)).toEqual({
        uuid: job.uuid,
        operation: 'AnOperation',
        createDate: 9,
        success: false,
        outcome: failed,
      });
      expect(await store.pendingHooks()).toEqual([hook(job.uuid, { url: HOOK_URL })]);
    });

    test('is not replaced by a failure of the same uuid', async (context) => {
      const store = await open(context);
      const [done, undone] = [newJob(), newJob({ hookUrl: HOOK_URL })];
      await store.forJob(done).addResource('Model', model(), extras(), () => ({ reported: 1 }));
      await store.addFailedJob(undone, failed);
      const before = [await store.findJob(done.uuid), await store.findJob(undone.uuid)];
      const { answer } = new ApiError('internal', 'another');
      for (const { uuid } of [done, undone]) {
        const again = newJob({ uuid, operation: 'Another', createDate: 1, hookUrl: 'http://b' });
        await expect(store.addFailedJob(again, answer)).rejects.toEqual(duplicate(again));
      }
      expect([await store.findJob(done.uuid), await store.findJob(undone.uuid)]).toEqual(before);
      expect(await store.pendingHooks()).toEqual([hook(undone.uuid, { url: HOOK_URL })]);
    });

    test('is unknown until it is stored, and found by its whole uuid alone', async (context) => {
      const store = await open(context);
      const job = newJob();
      expect(await store.findJob(job.uuid)).toBeUndefined();
      await store.addFailedJob(job, failed);
      expect(await store.findJob(job.uuid)).toMatchObject({ uuid: job.uuid });
      for (const other of otherUuids(job.uuid)) {
        expect(await store.findJob(other), JSON.stringify(other)).toBeUndefined();
      }
    });

    test('stores results and failures of any text unchanged', async (context) => {
      const store = await open(context);
      for (const text of oddTexts) {
        const outcome = {
          text,
          [`key ${text}`]: [text, { deep: { text } }, [], {}, null],
          numbers: [0, -1, 0.1, 9007199254740991, -9007199254740991],
          flags: [true, false],
        };
        const [done, undone] = [newJob(), newJob()];
        const reported = await store
          .forJob(done)
          .addResource('Model', model(), extras(), () => outcome);
        expect(reported).toEqual(outcome);
        expect((await store.findJob(done.uuid))?.outcome).toEqual(outcome);
        const { code, description } = failed.error;
        const answer = { error: { code, description, details: text } };
        await store.addFailedJob(undone, answer);
        expect((await store.findJob(undone.uuid))?.outcome).toEqual(answer);
      }
    });

    test('stores the empty result, and one with the key __proto__', async (context) => {
      const store = await open(context);
      for (const outcome of [{}, JSON.parse('{"__proto__":{"a":1},"constructor":"b"}')]) {
        const job = newJob();
        await store.forJob(job).addResource('Model', model(), extras(), () => outcome);
        const found = await store.findJob(job.uuid);
        expect(JSON.stringify(found?.outcome)).toBe(JSON.stringify(outcome));
      }
    });
  });

  test('are listed with their hooks, the newest first, without what they returned', async (context) => {
    const store = await open(context);
    const [first, second, third] = [1, 2, 3].map((createDate) =>
      newJob({ createDate, ...(createDate > 1 && { hookUrl: HOOK_URL }) }),
    ) as [NewJob, NewJob, NewJob];
    await store.forJob(third).addResource('Model', model(), extras(), () => ({ large: 'result' }));
    for (const job of [second, first]) await store.addFailedJob(job, failed);
    await store.changeHook(hook(second.uuid, { attempts: 15, pending: false, failure: 'reset' }));
    const { hookUrl: _, ...succeeded } = third;
    const { hookUrl: url, ...failedJob } = second;
    const none = { url: null, attempts: null, pending: null, failure: null };
    const listed = [
      { ...succeeded, success: true, outcome: {}, url, attempts: 0, pending: true, failure: null },
      {
        ...failedJob,
        success: false,
        outcome: failed,
        url,
        attempts: 15,
        pending: false,
        failure: 'reset',
      },
      { ...first, success: false, outcome: failed, ...none },
    ];
    expect(await store.listJobs(10)).toEqual(listed);
    expect(await store.listJobs(2)).toEqual(listed.slice(0, 2));
  });

  describe('a hook', () => {
    test('is stored for a job that has one, with any URL', async (context) => {
      const store = await open(context);
      const urls = [HOOK_URL, `https://a.example/${'x'.repeat(60_000)}`, 'http://h/\'%20"ÿ'];
      const jobs = urls.map((hookUrl) => newJob({ hookUrl }));
      const [silent, absent] = [newJob(), newJob({ hookUrl: undefined })];
      for (const job of [...jobs, silent, absent]) await store.addFailedJob(job, failed);
      for (const { uuid, hookUrl: url = '' } of jobs) {
        expect(await store.hookOf(uuid)).toEqual(hook(uuid, { url }));
        for (const other of otherUuids(uuid)) {
          expect(await store.hookOf(other), JSON.stringify(other)).toBeUndefined();
        }
      }
      expect(await store.hookOf(silent.uuid)).toBeUndefined();
      expect(await store.hookOf(absent.uuid)).toBeUndefined();
      const pending = await store.pendingHooks();
      expect(pending.map(({ url }) => url).toSorted()).toEqual(urls.toSorted());
    });

    test('has the result of the last attempt only', async (context) => {
      const store = await open(context);
      const [one, other] = [newJob({ hookUrl: HOOK_URL }), newJob({ hookUrl: HOOK_URL })];
      for (const job of [one, other]) await store.addFailedJob(job, failed);
      const before = await store.findJob(one.uuid);
      for (const changed of [
        hook(one.uuid, { url: HOOK_URL, attempts: 1, failure: 'status 500' }),
        hook(one.uuid, { url: HOOK_URL, attempts: 2, failure: 'ECONNREFUSED' }),
        hook(one.uuid, { url: HOOK_URL, attempts: 3, failure: null, pending: false }),
        hook(one.uuid, { url: HOOK_URL, attempts: 15, failure: 'ETIMEDOUT', pending: false }),
      ]) {
        await store.changeHook(changed);
        expect(await store.hookOf(one.uuid)).toEqual(changed);
        const pending = await store.pendingHooks();
        const expected = [
          ...(changed.pending ? [changed] : []),
          hook(other.uuid, { url: HOOK_URL }),
        ];
        expect(pending).toHaveLength(expected.length);
        expect(pending).toEqual(expect.arrayContaining(expected));
      }
      expect(await store.findJob(one.uuid)).toEqual(before);
    });

    test('is claimed for each attempt, until it is not to be called any more', async (context) => {
      const store = await open(context);
      expect(await store.claimHooks([])).toEqual([]);
      const job = newJob({ hookUrl: HOOK_URL });
      await store.addFailedJob(job, failed);
      // The server that stored the job calls its hook.
      expect(await store.claimHooks([])).toEqual([]);
      const untried = hook(job.uuid, { url: HOOK_URL });
      for (const _ of [1, 2]) expect(await store.claimHook(job.uuid)).toEqual(untried);
      const tried = { ...untried, attempts: 1, failure: 'status 500' };
      await store.changeHook(tried);
      expect(await store.claimHook(job.uuid)).toEqual(tried);
      expect(await store.claimHooks([])).toEqual([]);
      await store.changeHook({ ...tried, attempts: 2, failure: null, pending: false });
      for (const uuid of [job.uuid, UNKNOWN, newJob().uuid]) {
        expect(await store.claimHook(uuid)).toBeUndefined();
      }
    });

    test('is not stored by a change of a deleted one', async (context) => {
      const store = await open(context);
      const job = newJob();
      await store.addFailedJob(job, failed);
      for (const uuid of [job.uuid, UNKNOWN]) {
        await store.changeHook(hook(uuid));
        expect(await store.hookOf(uuid)).toBeUndefined();
      }
      expect(await store.pendingHooks()).toEqual([]);
    });
  });

  describe('sweeping', () => {
    const addJobs = async (store: Store, dates: number[], fields: Partial<NewJob> = {}) => {
      const jobs = dates.map((createDate) => newJob({ createDate, ...fields }));
      for (const job of jobs) await store.addFailedJob(job, failed);
      return jobs;
    };
    const datesLeft = async (store: Store, jobs: NewJob[]) => {
      const found = await Promise.all(jobs.map(({ uuid }) => store.findJob(uuid)));
      return found.flatMap((job) => (job ? [job.createDate] : []));
    };

    test('removes jobs that ended before the given time, and none of that time', async (context) => {
      const store = await open(context);
      const jobs = await addJobs(store, [98, 99, 100, 101]);
      const succeeded = newJob({ createDate: 99 });
      await store.forJob(succeeded).addResource('Model', model(), extras(), () => ({}));
      expect(await store.sweepJobs(98, { jobs: 10, bytes: 1e9 })).toBe(0);
      expect(await store.sweepJobs(100, { jobs: 10, bytes: 1e9 })).toBe(3);
      expect(await datesLeft(store, [...jobs, succeeded])).toEqual([100, 101]);
      expect(await store.sweepJobs(100, { jobs: 10, bytes: 1e9 })).toBe(0);
      expect(await store.count('Model', [])).toBe(1);
    });

    test('removes no more than the limit, and returns how many', async (context) => {
      const store = await open(context);
      const jobs = await addJobs(store, [1, 2, 3, 4, 5, 6, 7]);
      expect(await store.sweepJobs(8, { jobs: 0, bytes: 1e9 })).toBe(0);
      const counts = [];
      for (let sweep = 0; sweep < 4; sweep++)
        counts.push(await store.sweepJobs(8, { jobs: 3, bytes: 1e9 }));
      expect(counts).toEqual([3, 3, 1, 0]);
      expect(await datesLeft(store, jobs)).toEqual([]);
    });

    test('removes no more once what it removes holds so many bytes, but always one', async (context) => {
      const store = await open(context);
      const jobs = [1, 2, 3].map((createDate) => newJob({ createDate }));
      const outcome = { text: 'é'.repeat(500) };
      for (const job of jobs)
        await store.forJob(job).addResource('Model', model(), extras(), () => outcome);
      expect(await store.sweepJobs(9, { jobs: 10, bytes: 1 })).toBe(1);
      expect(await store.sweepJobs(9, { jobs: 10, bytes: 1397 })).toBe(2);
    });

    test('retains a job whose hook is pending, which counts for no limit', async (context) => {
      const store = await open(context);
      const pending = await addJobs(store, [1, 2, 3], { hookUrl: HOOK_URL });
      const over = await addJobs(store, [4, 5]);
      const [tried] = pending;
      await store.changeHook(hook(tried?.uuid ?? '', { attempts: 14, failure: 'status 500' }));
      expect(await store.sweepJobs(9, { jobs: 2, bytes: 1e9 })).toBe(2);
      expect(await datesLeft(store, [...pending, ...over])).toEqual([1, 2, 3]);
      expect(await store.sweepJobs(9, { jobs: 2, bytes: 1e9 })).toBe(0);
      expect(await store.pendingHooks()).toHaveLength(3);
    });

    test('removes delivered and abandoned hooks with their jobs, and no others', async (context) => {
      const store = await open(context);
      const jobs = await addJobs(store, [1, 2, 3, 20], { hookUrl: HOOK_URL });
      const [delivered = '', givenUp = '', pending = '', recent = ''] = jobs.map(
        ({ uuid }) => uuid,
      );
      await store.changeHook(hook(delivered, { attempts: 1, pending: false }));
      await store.changeHook(
        hook(givenUp, { attempts: 15, pending: false, failure: 'status 500' }),
      );
      await store.changeHook(hook(recent, { attempts: 1, pending: false }));
      expect(await store.sweepJobs(10, { jobs: 10, bytes: 1e9 })).toBe(2);
      expect(await store.hookOf(delivered)).toBeUndefined();
      expect(await store.hookOf(givenUp)).toBeUndefined();
      expect(await store.hookOf(pending)).toBeDefined();
      expect(await store.hookOf(recent)).toBeDefined();
      expect(await datesLeft(store, jobs)).toEqual([3, 20]);
    });

    test('is early for the oldest jobs once all outcomes hold 256 MiB', async (context) => {
      const store = await open(context);
      const outcome = { text: 'x'.repeat(24 * 1024 * 1024) };
      const jobs = Array.from({ length: 12 }, (_, createDate) => newJob({ createDate }));
      const [oldest] = await addJobs(store, [0], { hookUrl: HOOK_URL });
      for (const job of jobs)
        await store.forJob(job).addResource('Model', model(), extras(), () => outcome);
      expect(await datesLeft(store, jobs)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(await store.hookOf(oldest?.uuid ?? '')).toBeUndefined();
      await store.replaceResources(noResources);
      const [first = newJob(), second = newJob()] = jobs;
      for (const job of [first, second])
        await store.forJob(job).addResource('Model', model(), extras(), () => outcome);
      expect(await datesLeft(store, jobs)).toEqual([0, 1]);
    }, 60_000);
  });
}
