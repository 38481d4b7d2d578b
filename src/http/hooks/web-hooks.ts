import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyReply } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../contract/aios.ts';
import { invalidArgument } from '../../contract/errors.ts';
import { type JobOutcome, type Jobs, toOutcome } from '../../domain/jobs.ts';
import type { Hook, NewJob } from '../../domain/records.ts';
import type { Store } from '../../domain/store.ts';
import { KeyedLimiter } from '../limits/keyed-limiter.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { HookAllowlist } from './allow-list.ts';

/** When hooks are called (F56); milliseconds. */
export interface HookTiming {
  /** From the answer to the first attempt: the client begins to wait only then. */
  first: number;
  /** From the end of one attempt to the next. */
  between: number;
  /** For one attempt. */
  timeout: number;
  /** From one look for the hooks of servers that stopped to the next. */
  watch: number;
}

/** Somewhat more than the 200 ms that clients count on, who may be slow to read the answer. */
export const defaultHookTiming: HookTiming = {
  first: 250,
  between: 2000,
  timeout: 5000,
  watch: 5000,
};

/** Attempts until a hook is given up. */
const ATTEMPTS_MAX = 15;
/** Hooks called at a time, and of those the ones at one host. */
const CONCURRENT_MAX = { total: 256, perKey: 16 };
/** For the rest of an answer whose status is known, in milliseconds. */
const REST_MS = 1000;
/** For attempts to end when the server stops, in milliseconds. */
const CLOSE_MS = 1000;

/** Calls clients back when their jobs have ended. */
export class WebHooks {
  readonly #store: Store;
  readonly #jobs: Jobs;
  readonly #allowlist: HookAllowlist;
  readonly #timing: HookTiming;
  readonly #metrics: Metrics;
  readonly #logger: FastifyBaseLogger;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Jobs whose hooks are called, or wait for that. */
  readonly #called = new Set<string>();
  readonly #limiter = new KeyedLimiter(CONCURRENT_MAX);
  readonly #attempts = new Set<Promise<boolean>>();
  readonly #sent = new Set<ClientRequest>();
  #watch: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: {
    store: Store;
    jobs: Jobs;
    allowlist: HookAllowlist;
    timing: HookTiming;
    metrics: Metrics;
    logger: FastifyBaseLogger;
  }) {
    this.#store = options.store;
    this.#jobs = options.jobs;
    this.#allowlist = options.allowlist;
    this.#timing = options.timing;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
  }

  /** @throws ApiError SYS.1007 for a hook that the settings forbid (F56) */
  async assertAllowed({ hookUrl }: NewJob): Promise<void> {
    if (hookUrl === undefined) return;
    const addresses = await this.#allowlist.allowedAddresses(new URL(hookUrl));
    if (addresses.length > 0) return;
    throw invalidArgument(
      'Invalid header[X-Web-Hook], its address is unknown or AIOS_HOOK_ALLOW does not allow it',
    );
  }

  /** Calls a job's hook, if it has one, some time after the answer has left. */
  callAfter({ raw, request }: FastifyReply, { uuid, hookUrl }: NewJob): void {
    if (hookUrl === undefined) return;
    // The connection too: where it closes before a pipelined answer's turn, that answer never does.
    const ends = [raw, request.raw.socket];
    const call = () => {
      for (const end of ends) end.off('close', call);
      this.#callIn(this.#timing.first, { jobUuid: uuid, url: hookUrl });
    };
    if (ends.some(({ closed }) => closed)) call();
    else for (const end of ends) end.once('close', call);
  }

  /** Goes on with what earlier processes left, and from now on with what other servers leave. */
  async resume(): Promise<void> {
    await this.#takeOver();
    this.#watch = setInterval(() => this.#takeOver(), this.#timing.watch);
    this.#watch.unref();
  }

  /** Forgets the calls to come; those under way find their hooks gone, or are the last ones. */
  forget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#called.clear();
  }

  /** Stops calling; what is pending stays so. Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watch);
    this.forget();
    for (const request of this.#sent) request.destroy();
    await Promise.race([Promise.all(this.#attempts), pause(CLOSE_MS, undefined, { ref: false })]);
  }

  async #takeOver(): Promise<void> {
    try {
      const hooks = await this.#store.claimHooks([...this.#called]);
      const others = hooks.filter(({ jobUuid }) => !this.#called.has(jobUuid));
      for (const hook of others) this.#callIn(this.#timing.first, hook);
    } catch (error) {
      // The database was away: they are looked for again.
      this.#logger.error({ err: error }, 'web hooks of other servers not looked for');
    }
  }

  #callIn(milliseconds: number, hook: Pick<Hook, 'jobUuid' | 'url'>): void {
    if (this.#isClosed) return;
    this.#called.add(hook.jobUuid);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#limiter.add(new URL(hook.url).hostname, () => this.#try(hook));
    }, milliseconds);
    this.#timers.add(timer);
  }

  async #try(hook: Pick<Hook, 'jobUuid' | 'url'>): Promise<void> {
    const attempt = this.#attempt(hook.jobUuid).catch((error) => {
      this.#logger.error({ err: error, jobUuid: hook.jobUuid }, 'web hook not called');
      // The database was away, and may be back.
      return true;
    });
    this.#attempts.add(attempt);
    const isPending = await attempt;
    this.#attempts.delete(attempt);
    this.#called.delete(hook.jobUuid);
    if (isPending) this.#callIn(this.#timing.between, hook);
  }

  /** Resolves to whether the hook is to be called again. */
  async #attempt(jobUuid: string): Promise<boolean> {
    if (this.#isClosed) return false;
    const hook = await this.#store.claimHook(jobUuid);
    const job = hook && (await this.#store.findJob(jobUuid));
    if (!job) return false;
    const failure = await this.#call(hook, toOutcome(job)).catch(failureReason);
    // It was cut off rather than made.
    if (this.#isClosed && failure !== null) return false;
    const attempts = hook.attempts + 1;
    // As long as the job can be asked for: a dead address shall not keep its hooks for ever.
    const pending = failure !== null && attempts < ATTEMPTS_MAX && this.#jobs.isRetained(job);
    const tried = { ...hook, attempts, pending, failure };
    await this.#store.changeHook(tried);
    this.#metrics.hookCalled(failure === null ? 'delivered' : pending ? 'failed' : 'given up');
    const { operation } = job;
    // No URL: what authorizes the call may stand in it.
    if (failure === null) this.#logger.debug({ operation, jobUuid, attempts }, 'web hook called');
    else this.#logger.warn({ operation, jobUuid, attempts, failure, pending }, 'web hook failed');
    return pending;
  }

  /** One attempt; resolves to why it failed, or null. */
  async #call({ jobUuid, url }: Hook, { success, body }: JobOutcome): Promise<string | null> {
    const target = new URL(url);
    const addresses = await this.#allowlist.allowedAddresses(target);
    if (addresses.length === 0) return 'its address is unknown or not allowed';
    if (this.#isClosed) return 'the server is stopping';
    // Not a text: Node would send the headers in its encoding too.
    const content = Buffer.from(JSON.stringify(body));
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve) => {
      const sent = send(target, {
        method: 'POST',
        agent: false,
        lookup: (_host, _options, done) => done(null, addresses),
        headers: {
          'content-type': JSON_CONTENT_TYPE,
          'content-length': content.length,
          'x-job-uuid': jobUuid,
          'x-job-success': String(success),
        },
        signal: AbortSignal.timeout(this.#timing.timeout),
      });
      this.#sent.add(sent);
      let status: number | undefined;
      let rest: NodeJS.Timeout | undefined;
      let reason = 'no answer';
      sent.on('response', (response) => {
        status = response.statusCode ?? 0;
        response.resume();
        rest = setTimeout(() => sent.destroy(), REST_MS);
      });
      sent.on('error', (error) => {
        reason = failureReason(error);
      });
      sent.on('close', () => {
        this.#sent.delete(sent);
        clearTimeout(rest);
        // A redirect is not followed: its target was not judged.
        const isAccepted = status !== undefined && status >= 200 && status < 300;
        resolve(isAccepted ? null : status === undefined ? reason : `status ${status}`);
      });
      sent.end(content);
    });
  }
}

function failureReason({ code, name }: NodeJS.ErrnoException): string {
  return code === 'ABORT_ERR' ? 'no answer in time' : (code ?? name);
}
