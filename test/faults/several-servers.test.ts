import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { freePort } from '../support/free-port.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { type Content, contentOf, type Inventory, randomWrite } from '../support/mixed-writes.ts';
import { describeCluster, startCluster } from '../support/postgres-cluster.ts';
import { launchServing, type Program } from '../support/process.ts';
import type { ProgramAnswer } from '../support/program-calls.ts';
import { newUuid } from '../support/records.ts';
import {
  apply,
  callsByJob,
  compareFixtures,
  forEach,
  type Job,
  look,
  newWriterFixtures,
  pollJob,
  type Sent,
  STRAYS,
  send,
  type WriterFixtures,
} from '../support/writers.ts';

const SERVERS = 3;
const WRITERS = 30;
/** In which a server is killed every second. */
const SECONDS = Number(process.env.AIOS_CHAOS_SECONDS ?? 60);
/** Of writing before and after, in which no server is killed. */
const QUIET_MS = 3000;
/** In the middle, from the database's crash to its start. */
const AWAY_MS = 1500;
/** The fraction of writes requested as jobs. */
const JOBS = 0.4;
/** After which a request counts as one that hangs. */
const HANG_MS = 40_000;
/** Until a client tries again that no server accepted. */
const PAUSE_MS = 50;
/** For the hooks that are left at the end to be called, and for servers to be there again. */
const PATIENCE_MS = 90_000;

interface Acknowledged extends Required<Job> {
  outcome: object;
  success: boolean;
  /** When the client learned of it, by `performance.now()`. */
  at: number;
}

describeCluster('several servers on one PostgreSQL', () => {
  test('lose no acknowledged write and run no job twice, whichever of them is killed', async (context) => {
    const cluster = await startCluster(context);
    const receiver = await openReceiver(undefined, { context });
    const ports = await Promise.all(Array.from({ length: SERVERS }, freePort));
    const targets = ports.map((port) => ({ url: `http://127.0.0.1:${port}` }));
    const servers: (Program | undefined)[] = [];
    let isEnding = false;

    /** Starts a server as often as it takes: one may end while its database is away. */
    async function serve(index: number): Promise<void> {
      servers[index] = undefined;
      while (!isEnding && !servers[index]) {
        const env = { AIOS_DATABASE_URL: cluster.url, AIOS_PORT: String(ports[index]) };
        const program = await launchServing(context, { env });
        if (program.url !== '') servers[index] = program;
        else startsFailed.push(program.stderr());
      }
    }
    context.onTestFinished(() => {
      isEnding = true;
    });

    const startsFailed: string[] = [];
    const unexpected: string[] = [];
    const hung: string[] = [];
    const half: string[] = [];
    const lost: string[] = [];
    const jobs: Acknowledged[] = [];
    /** Those whose last write was not answered are no longer written to. */
    const allFixtures: WriterFixtures[] = [];
    const deleted = new Set<string>();
    const seen = { acknowledged: 0, rejected: 0, cut: 0, repeated: 0, doneBefore: 0, failed: 0 };
    let nextTarget = 0;

    /** Sends to one server after the other until one takes the connection; undefined where it then broke. */
    async function balanced(
      what: string,
      request: (target: { url: string }, signal: AbortSignal) => Promise<ProgramAnswer>,
    ): Promise<ProgramAnswer | undefined> {
      for (;;) {
        for (const _ of targets) {
          const target = targets[nextTarget++ % SERVERS];
          if (!target) continue;
          try {
            const answer = await request(target, AbortSignal.timeout(HANG_MS));
            if (answer.status >= 300 && !isRejection(answer) && !isOutcome(answer)) {
              unexpected.push(`${what}: ${JSON.stringify(answer)}`);
            }
            return answer;
          } catch (error) {
            const { name, cause } = error as Error;
            if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') continue;
            if (name === 'TimeoutError') hung.push(what);
            else if (!/fetch failed|terminated/.test(String(error))) unexpected.push(String(error));
            seen.cut++;
            return undefined;
          }
        }
        await setTimeout(PAUSE_MS);
      }
    }

    /** Whether the server itself rejected it; the outcome of a job has no such header. */
    function isRejection({ status, body, retryAfter }: ProgramAnswer): boolean {
      return status === 503 && body.error?.code === 'SYS.1010' && retryAfter !== null;
    }

    /** An answer that the caller judges: a poll's, or that of a job that was sent again. */
    const isOutcome = ({ status, body, retryAfter }: ProgramAnswer) =>
      (status === 503 && retryAfter === null && /^SYS\.10(03|10)$/.test(body.error?.code)) ||
      status === 404 ||
      (status === 400 && /^Duplicate job uuid\[\w+\]$/.test(body.error?.details));

    /** Asks any server for a job until one answers. */
    async function outcomeOf({ uuid }: Job): Promise<ProgramAnswer> {
      for (;;) {
        const answer = await balanced(`poll of ${uuid}`, (target, signal) =>
          pollJob(target, uuid, signal),
        );
        if (answer && !isRejection(answer)) return answer;
        if (answer) seen.rejected++;
        await setTimeout(PAUSE_MS);
      }
    }

    /** Sends a job as often as needed, and returns its outcome. */
    async function runJob({ write, job }: Required<Sent>): Promise<ProgramAnswer> {
      const what = `${write.method} ${write.path} as the job ${job.uuid}`;
      for (let times = 1; ; times++) {
        const answer = await balanced(what, (target, signal) =>
          send(target, { write, job }, receiver.url, signal),
        );
        if (times > 1) seen.repeated++;
        if (answer?.status === 202) break;
        if (answer?.status === 400) {
          if (times === 1) unexpected.push(`${what}: ${JSON.stringify(answer)}`);
          seen.doneBefore++;
          break;
        }
        if (answer && isRejection(answer)) seen.rejected++;
        else if (answer) unexpected.push(`${what}: ${JSON.stringify(answer)}`);
        await setTimeout(PAUSE_MS);
      }
      const { uuid, hook } = job;
      const outcome = await outcomeOf(job);
      if (outcome.status === 404 || outcome.status === 202) lost.push(`the outcome of ${what}`);
      const success = outcome.status === 200;
      jobs.push({ uuid, hook, outcome: outcome.body, success, at: performance.now() });
      return outcome;
    }

    function acknowledge(writer: WriterFixtures, { write }: Sent, inventory?: Inventory): void {
      seen.acknowledged++;
      apply(writer, write, inventory);
      for (const [name, content] of write.after) if (!content) deleted.add(name);
      if (!write.reports || !inventory) return;
      const { images, text } = write.after.get(write.reports) as Content;
      const reported = contentOf(inventory, String, []);
      if (
        inventory.name !== write.reports ||
        !isDeepStrictEqual([reported.images, reported.text], [images, text])
      ) {
        half.push(`${write.reports} was answered as ${JSON.stringify(inventory)}`);
      }
    }

    /** Sends writes, each after the outcome of the one before, until it is over. */
    async function write(isOver: () => boolean): Promise<void> {
      let writer = newWriterFixtures();
      allFixtures.push(writer);
      while (!isOver()) {
        const { fixtures, uuids } = writer;
        const next = randomWrite(fixtures, (name) => uuids.get(name));
        if (next.fails || Math.random() < JOBS) {
          const sent = { write: next, job: { uuid: newUuid(), hook: Math.random() < 0.5 } };
          const { status, body } = await runJob(sent);
          if (status === 200 && !next.fails) {
            acknowledge(writer, sent, body.inventory);
          } else if (body.error?.code === (next.fails ? 'SYS.1003' : 'SYS.1010')) {
            // Then nothing of it is stored.
            seen.failed++;
          } else {
            unexpected.push(`${next.path} as a job: ${status} ${JSON.stringify(body)}`);
          }
          continue;
        }
        const what = `${next.method} ${next.path}`;
        const answer = await balanced(what, (target, signal) =>
          send(target, { write: next }, receiver.url, signal),
        );
        if (answer?.status === 200) {
          acknowledge(writer, { write: next }, answer.body.inventory);
          continue;
        }
        if (answer && isRejection(answer)) seen.rejected++;
        else if (answer) unexpected.push(`${what}: ${JSON.stringify(answer)}`);
        // It may be done or not, and may still be under way.
        writer.unanswered = { write: next };
        writer = newWriterFixtures();
        allFixtures.push(writer);
        await setTimeout(PAUSE_MS);
      }
    }

    await Promise.all(ports.map((_, index) => serve(index)));
    let isOver = false;
    const writing = Promise.all(Array.from({ length: WRITERS }, () => write(() => isOver)));
    await setTimeout(QUIET_MS);

    const start = performance.now();
    const crash = async () => {
      await setTimeout((SECONDS * 1000) / 2);
      await cluster.stop('immediate');
      await setTimeout(AWAY_MS);
      await cluster.start();
    };
    const restart = crash();
    const starting: Promise<void>[] = [];
    let kills = 0;
    for (let second = 0; second < SECONDS; second++) {
      const index = second % SERVERS;
      const victim = servers[index];
      if (victim) {
        victim.signal('SIGKILL');
        expect(await victim.ended).toBe('SIGKILL');
        kills++;
        starting.push(serve(index));
      }
      await setTimeout(Math.max(0, start + (second + 1) * 1000 - performance.now()));
    }
    await restart;
    await Promise.all(starting);
    // What a killed server's hooks still wait for is called within this time, and not more than once.
    await setTimeout(QUIET_MS);
    const quiet = performance.now();
    await setTimeout(QUIET_MS);
    isOver = true;
    await writing;

    expect({ unexpected, hung }).toEqual({ unexpected: [], hung: [] });
    // One whose database went away as it started.
    for (const reported of startsFailed) expect(reported).toMatch(/^aios-model-server: [^\n]+\n$/);

    const views = await Promise.all(targets.map((target) => look(target)));
    const [{ found, wrong } = { found: new Map(), wrong: [] }] = views;
    for (const other of views) expect(other.found).toEqual(found);
    half.push(...wrong);
    const expected = new Set<string>();
    const unansweredOnes = { done: 0, undone: 0 };
    for (const fixtures of allFixtures) {
      const compared = compareFixtures(fixtures, found);
      lost.push(...compared.lost);
      half.push(...compared.half);
      if (fixtures.unanswered) unansweredOnes[compared.unanswered]++;
      const touched = fixtures.unanswered?.write.after.keys() ?? [];
      for (const name of [...fixtures.fixtures.keys(), ...touched]) expected.add(name);
    }
    const backAgain = [...found.keys()].filter((name) => !expected.has(name) && deleted.has(name));
    half.push(...[...found.keys()].filter((name) => !expected.has(name) && !deleted.has(name)));
    for (const statement of STRAYS) {
      half.push(...(await cluster.query(statement)).map((row) => JSON.stringify(row)));
    }
    const twice = wrong.filter((what) => what.endsWith(' is there twice'));

    // Every server knows every job, and does none again.
    await forEach(WRITERS, jobs, async ({ uuid, outcome, success }) => {
      const target = targets[nextTarget++ % SERVERS] as { url: string };
      const { status, body } = await pollJob(target, uuid);
      const isSame = status === (success ? 200 : 503) && isDeepStrictEqual(body, outcome);
      if (!isSame) lost.push(`the job ${uuid}: ${JSON.stringify({ outcome, status, body })}`);
    });
    expect({ lost, half, backAgain, twice }).toEqual({
      lost: [],
      half: [],
      backAgain: [],
      twice: [],
    });

    const hooked = jobs.filter(({ hook }) => hook);
    const missing = () => {
      const calls = callsByJob(receiver);
      return hooked.filter(({ uuid }) => !calls.has(uuid)).length;
    };
    await expect.poll(missing, { timeout: PATIENCE_MS, interval: 500 }).toBe(0);
    const byUuid = new Map(jobs.map((job) => [job.uuid, job]));
    for (const { headers, body } of receiver.calls) {
      const job = byUuid.get(String(headers['x-job-uuid']));
      expect(JSON.parse(body)).toEqual(job?.outcome);
      expect(headers['x-job-success']).toBe(String(job?.success));
    }
    const calls = callsByJob(receiver);
    const calledTwice = hooked.filter(({ uuid }) => (calls.get(uuid) ?? 0) > 1);
    expect(hooked.some(({ at }) => at > quiet)).toBe(true);
    // It takes a kill between the call and its note.
    expect(calledTwice.filter(({ at }) => at > quiet)).toEqual([]);
    expect(Math.min(kills, seen.repeated)).toBeGreaterThan(0);
    // Each way that a kill can fall was met, where there was the time.
    if (SECONDS >= 60) {
      const { done, undone } = unansweredOnes;
      expect(Math.min(seen.doneBefore, done, undone)).toBeGreaterThan(0);
    }

    report('3-several-servers', {
      fault: `\`kill -9\` every second of one of ${SERVERS} servers on one PostgreSQL under ${WRITERS} writers, and a crash of the database`,
      figures: {
        kills,
        acknowledged: seen.acknowledged,
        'refused with SYS.1010': seen.rejected,
        'cut off': seen.cut,
        lost: lost.length,
        'partly stored': half.length,
        jobs: jobs.length,
        'sent again': seen.repeated,
        'of these executed before': seen.doneBefore,
        'executed twice': twice.length,
        'hooks called': hooked.length,
        'hooks missing': missing(),
        'hooks called twice': calledTwice.length,
      },
    });
  });
});
