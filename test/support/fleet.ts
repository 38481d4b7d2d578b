import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { HookReceiver } from './hook-receiver.ts';
import {
  type Content,
  contentOf,
  type Inventory,
  randomWrite,
  type Write,
} from './mixed-writes.ts';
import type { ProgramAnswer } from './program-calls.ts';
import { newUuid } from './records.ts';
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
} from './writers.ts';

/** The fraction of writes requested as jobs. */
const JOBS = 0.4;
/** After which a request counts as one that hangs. */
const HANG_MS = 40_000;
/** Until a client tries again that no server accepted. */
const PAUSE_MS = 50;
/** For the hooks that are left at the end to be called. */
const HOOKS_MS = 90_000;
/** Clients that check the outcomes of jobs at the end. */
const CHECKERS = 30;

interface Target {
  url: string;
}

export interface Acknowledged extends Required<Job> {
  outcome: object;
  success: boolean;
  /** When the client learned of it, by `performance.now()`. */
  at: number;
}

/** A client that writes, one request after the other. */
export interface Writer extends WriterFixtures {
  /** What it has sent and not yet learned the outcome of. */
  sending: Write | undefined;
  /** Whether the answer to its last write has promised that nothing was changed. */
  isRefused: boolean;
}

/** What a fleet has found wrong at the end. */
interface Findings {
  lost: string[];
  withoutOutcome: string[];
  half: string[];
  backAgain: string[];
  twice: string[];
  /** What became of writes without an answer. */
  unanswered: { done: number; undone: number };
}

/** Clients that write to servers on one database, and know what each answer has promised. */
export class Fleet {
  readonly #targets: readonly Target[];
  readonly #receiver: HookReceiver;
  /** Between two writes of a client, in milliseconds. */
  readonly #pauseMs: number;
  #nextTarget = 0;

  /** Answers that no server may give, and requests without an answer for too long. */
  readonly unexpected: string[] = [];
  readonly hung: string[] = [];
  readonly half: string[] = [];
  /** Jobs that were accepted and then had no outcome. */
  readonly withoutOutcome: string[] = [];
  readonly jobs: Acknowledged[] = [];
  /** Those whose last write was not answered are no longer written to. */
  readonly writers: Writer[] = [];
  readonly deleted = new Set<string>();
  /** UUIDs of resources whose deletion was acknowledged. */
  readonly deletedUuids: string[] = [];
  /** When each client, by its number, learned of a success, by `performance.now()`. */
  readonly acknowledgedAt: [client: number, at: number][] = [];
  readonly seen = { acknowledged: 0, rejected: 0, cut: 0, repeated: 0, doneBefore: 0, failed: 0 };

  constructor(targets: readonly Target[], receiver: HookReceiver, pauseMs = 0) {
    this.#targets = targets;
    this.#receiver = receiver;
    this.#pauseMs = pauseMs;
  }

  /** Sends to one server after the other until one takes the connection; undefined where it then broke. */
  async balanced(
    what: string,
    request: (target: Target, signal: AbortSignal) => Promise<ProgramAnswer>,
  ): Promise<ProgramAnswer | undefined> {
    for (;;) {
      for (const _ of this.#targets) {
        try {
          const answer = await request(this.#target(), AbortSignal.timeout(HANG_MS));
          if (answer.status >= 300 && !isRejection(answer) && !isOutcome(answer)) {
            this.unexpected.push(`${what}: ${JSON.stringify(answer)}`);
          }
          return answer;
        } catch (error) {
          const { name, cause } = error as Error;
          if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') continue;
          if (name === 'TimeoutError') this.hung.push(what);
          else if (!/fetch failed|terminated/.test(String(error))) {
            this.unexpected.push(String(error));
          }
          this.seen.cut++;
          return undefined;
        }
      }
      await setTimeout(PAUSE_MS);
    }
  }

  /**
   * Sends writes, each after the outcome of the one before, until it is over.
   * @param client its number
   */
  async write(client: number, isOver: () => boolean): Promise<void> {
    let writer = this.#newWriter();
    while (!isOver()) {
      if (this.#pauseMs > 0) await setTimeout(this.#pauseMs * 2 * Math.random());
      const { fixtures, uuids } = writer;
      const next = randomWrite(fixtures, (name) => uuids.get(name));
      writer.sending = next;
      if (next.fails || Math.random() < JOBS) {
        const sent = { write: next, job: { uuid: newUuid(), hook: Math.random() < 0.5 } };
        const { status, body } = await this.#runJob(sent);
        if (status === 200 && !next.fails) {
          this.#acknowledge(client, writer, sent, body.inventory);
        } else if (body.error?.code === (next.fails ? 'SYS.1003' : 'SYS.1010')) {
          // Then nothing of it is stored.
          this.seen.failed++;
        } else {
          this.unexpected.push(`${next.path} as a job: ${status} ${JSON.stringify(body)}`);
        }
        continue;
      }
      const what = `${next.method} ${next.path}`;
      const answer = await this.balanced(what, (target, signal) =>
        send(target, { write: next }, this.#receiver.url, signal),
      );
      if (answer?.status === 200) {
        this.#acknowledge(client, writer, { write: next }, answer.body.inventory);
        continue;
      }
      if (answer && isRejection(answer)) this.seen.rejected++;
      else if (answer) this.unexpected.push(`${what}: ${JSON.stringify(answer)}`);
      // Unless it was refused, it may be done or not, and may still be under way.
      writer.isRefused = answer !== undefined && !/may be stored or not/.test(detailsOf(answer));
      writer.unanswered = { write: next };
      writer = this.#newWriter();
      await setTimeout(PAUSE_MS);
    }
  }

  /**
   * Compares what every server has with what the answers have promised.
   * @param servers each of which is asked
   * @param query asks the database itself
   */
  async verify(
    servers: readonly Target[],
    query: (text: string) => Promise<object[]>,
  ): Promise<Findings> {
    const [lost, half]: [string[], string[]] = [[], [...this.half]];
    const views = await Promise.all(servers.map((target) => look(target)));
    const [{ found, wrong } = { found: new Map(), wrong: [] }] = views;
    for (const other of views) expect(other.found).toEqual(found);
    half.push(...wrong);
    const expected = new Set<string>();
    const unanswered = { done: 0, undone: 0 };
    const twice = wrong.filter((what) => what.endsWith(' is there twice'));
    for (const writer of this.writers) {
      const compared = compareFixtures(writer, found);
      lost.push(...compared.lost);
      half.push(...compared.half);
      if (writer.unanswered) unanswered[compared.unanswered]++;
      // A client that sends it again has it done twice.
      if (writer.isRefused && compared.unanswered === 'done') {
        twice.push(`${JSON.stringify(writer.unanswered)} was done although refused`);
      }
      const touched = writer.unanswered?.write.after.keys() ?? [];
      for (const name of [...writer.fixtures.keys(), ...touched]) expected.add(name);
    }
    const surplus = [...found.keys()].filter((name) => !expected.has(name));
    half.push(...surplus.filter((name) => !this.deleted.has(name)));
    for (const statement of STRAYS) {
      half.push(...(await query(statement)).map((row) => JSON.stringify(row)));
    }
    // Every server knows every job, and does none again.
    let next = 0;
    await forEach(CHECKERS, this.jobs, async ({ uuid, outcome, success }) => {
      const { status, body } = await pollJob(servers[next++ % servers.length] as Target, uuid);
      const isSame = status === (success ? 200 : 503) && isDeepStrictEqual(body, outcome);
      if (!isSame) lost.push(`the job ${uuid}: ${JSON.stringify({ outcome, status, body })}`);
    });
    const backAgain = surplus.filter((name) => this.deleted.has(name));
    return { lost, withoutOutcome: this.withoutOutcome, half, backAgain, twice, unanswered };
  }

  /**
   * Waits for the hooks that are left to be called, and compares each with its job.
   * @returns the jobs with a hook, those of them whose hook was not called, and those whose hook was called repeatedly
   */
  async verifyHooks(): Promise<Record<'hooked' | 'missing' | 'calledTwice', Acknowledged[]>> {
    const hooked = this.jobs.filter(({ hook }) => hook);
    const missing = () => {
      const called = callsByJob(this.#receiver);
      return hooked.filter(({ uuid }) => !called.has(uuid));
    };
    const deadline = performance.now() + HOOKS_MS;
    while (missing().length > 0 && performance.now() < deadline) await setTimeout(500);
    const byUuid = new Map(this.jobs.map((job) => [job.uuid, job]));
    for (const { headers, body } of this.#receiver.calls) {
      const job = byUuid.get(String(headers['x-job-uuid']));
      expect(JSON.parse(body)).toEqual(job?.outcome);
      expect(headers['x-job-success']).toBe(String(job?.success));
    }
    const counts = callsByJob(this.#receiver);
    const calledTwice = hooked.filter(({ uuid }) => (counts.get(uuid) ?? 0) > 1);
    return { hooked, missing: missing(), calledTwice };
  }

  #target(): Target {
    return this.#targets[this.#nextTarget++ % this.#targets.length] as Target;
  }

  #newWriter(): Writer {
    const writer = { ...newWriterFixtures(), sending: undefined, isRefused: false };
    this.writers.push(writer);
    return writer;
  }

  /** Asks any server for a job until one answers. */
  async #outcomeOf({ uuid }: Job): Promise<ProgramAnswer> {
    for (;;) {
      const answer = await this.balanced(`poll of ${uuid}`, (target, signal) =>
        pollJob(target, uuid, signal),
      );
      if (answer && !isRejection(answer)) return answer;
      if (answer) this.seen.rejected++;
      await setTimeout(PAUSE_MS);
    }
  }

  /** Sends a job as often as needed, and returns its outcome. */
  async #runJob({ write, job }: Required<Sent>): Promise<ProgramAnswer> {
    const what = `${write.method} ${write.path} as the job ${job.uuid}`;
    for (let times = 1; ; times++) {
      const answer = await this.balanced(what, (target, signal) =>
        send(target, { write, job }, this.#receiver.url, signal),
      );
      if (times > 1) this.seen.repeated++;
      if (answer?.status === 202) break;
      if (answer?.status === 400) {
        if (times === 1) this.unexpected.push(`${what}: ${JSON.stringify(answer)}`);
        this.seen.doneBefore++;
        break;
      }
      if (answer && isRejection(answer)) this.seen.rejected++;
      else if (answer) this.unexpected.push(`${what}: ${JSON.stringify(answer)}`);
      await setTimeout(PAUSE_MS);
    }
    const { uuid, hook } = job;
    const outcome = await this.#outcomeOf(job);
    if (outcome.status === 404 || outcome.status === 202) this.withoutOutcome.push(what);
    const success = outcome.status === 200;
    this.jobs.push({ uuid, hook, outcome: outcome.body, success, at: performance.now() });
    return outcome;
  }

  #acknowledge(client: number, writer: Writer, { write }: Sent, inventory?: Inventory): void {
    this.seen.acknowledged++;
    this.acknowledgedAt.push([client, performance.now()]);
    for (const [name, content] of write.after) {
      if (content) continue;
      this.deleted.add(name);
      const uuid = writer.uuids.get(name);
      if (uuid !== undefined) this.deletedUuids.push(uuid);
    }
    apply(writer, write, inventory);
    writer.sending = undefined;
    if (!write.reports || !inventory) return;
    const { images, text } = write.after.get(write.reports) as Content;
    const reported = contentOf(inventory, String, []);
    if (
      inventory.name !== write.reports ||
      !isDeepStrictEqual([reported.images, reported.text], [images, text])
    ) {
      this.half.push(`${write.reports} was answered as ${JSON.stringify(inventory)}`);
    }
  }
}

/** Whether the server itself rejected it; the outcome of a job has no such header. */
export function isRejection({ status, body, retryAfter }: ProgramAnswer): boolean {
  return status === 503 && body.error?.code === 'SYS.1010' && retryAfter !== null;
}

const detailsOf = ({ body }: ProgramAnswer) => String(body.error?.details);

/** An answer that the caller judges: a poll's, or that of a job that was sent again. */
const isOutcome = ({ status, body, retryAfter }: ProgramAnswer) =>
  (status === 503 && retryAfter === null && /^SYS\.10(03|10)$/.test(body.error?.code)) ||
  status === 404 ||
  (status === 400 && /^Duplicate job uuid\[\w+\]$/.test(body.error?.details));
