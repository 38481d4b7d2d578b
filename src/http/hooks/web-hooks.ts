import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../contract/aios.ts';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { answerOf, type Jobs } from '../../domain/jobs.ts';
import type { Hook, Job, NewJob } from '../../domain/records.ts';
import type { Store } from '../../domain/store.ts';
import { clientOf } from '../auth/sessions.ts';
import type { Metrics } from '../metrics.ts';
import type { HookAllowlist } from './allow-list.ts';
import { KeyedLimiter } from './keyed-limiter.ts';

/** Delays of web hooks (F56), in milliseconds. */
export const defaultHookTiming = {
  /**
   * From the answer to the first attempt: clients start listening only after the answer. More than the 200 ms that
   * they expect, because they may be slow to read it.
   */
  first: 250,
  /** From the end of one attempt to the next. */
  between: 2000,
  /** From a failed lookup of the host, which is no attempt, to the next. */
  lookup: 15_000,
  /** Timeout of one attempt. */
  timeout: 5000,
  /** Interval between claims of hooks that stopped servers left pending. */
  watch: 5000,
};
export type HookTiming = typeof defaultHookTiming;

/** Maximum attempts for one hook. */
const ATTEMPTS_MAX = 15;
/** Maximum concurrent calls, in total, per origin of their URLs, and per client. */
const CONCURRENT_MAX = { total: 256, perKey: 16, perGroup: 64 };
/** Maximum pending hooks that this server calls, in total and per client. */
const PENDING_MAX = { total: 10_000, perClient: 1000 };
/** Time for running attempts to end when the server stops, in milliseconds. */
const CLOSE_MS = 1000;

interface WebHookOptions {
  store: Store;
  jobs: Jobs;
  allowlist: HookAllowlist;
  timing: HookTiming;
  metrics: Metrics;
  logger: FastifyBaseLogger;
}

/** A pending hook that this server calls. */
interface ScheduledHook {
  jobUuid: string;
  url: string;
  /** Session or network of the client that requested it; empty for a hook of a server that has stopped. */
  client: string;
  timer?: NodeJS.Timeout;
}

/** Calls the web hooks of finished jobs. */
export class WebHooks {
  readonly #options: WebHookOptions;
  /** The hooks that are scheduled or being called by this server, by the UUIDs of their jobs. */
  readonly #scheduled = new Map<string, ScheduledHook>();
  readonly #limiter = new KeyedLimiter(CONCURRENT_MAX);
  readonly #attempts = new Set<Promise<boolean>>();
  readonly #closing = new AbortController();
  #watch: NodeJS.Timeout | undefined;

  constructor(options: WebHookOptions) {
    this.#options = options;
  }

  /**
   * @throws ApiError SYS.1007 for a hook that the settings don't allow (F56), SYS.1010 while too many hooks or lookups
   *   are pending
   */
  async assertAllowed({ hookUrl }: NewJob, request: FastifyRequest): Promise<void> {
    if (hookUrl === undefined) return;
    const client = clientOf(request);
    if (this.#isFull(client)) throw new ApiError('notReady', 'too many web hooks are pending');
    const { allowlist } = this.#options;
    if ((await allowlist.allowedAddresses(new URL(hookUrl), client))?.length) return;
    throw invalidArgument(
      'Invalid header[X-Web-Hook], its address is unknown or AIOS_HOOK_ALLOW does not allow it',
    );
  }

  /** Whether the host of a job's hook has to be looked up to know whether it is allowed. */
  needsLookup({ hookUrl }: NewJob): boolean {
    return hookUrl !== undefined && this.#options.allowlist.needsLookup(new URL(hookUrl));
  }

  #isFull(client: string): boolean {
    const { total, perClient } = PENDING_MAX;
    if (this.#scheduled.size < perClient) return false;
    const own = [...this.#scheduled.values()].filter((hook) => hook.client === client);
    return own.length >= perClient || this.#scheduled.size >= total;
  }

  /** Schedules a job's hook, if it has one, once the answer has been sent. */
  callAfter({ raw, request }: FastifyReply, { uuid, hookUrl }: NewJob): void {
    if (hookUrl === undefined) return;
    const hook = { jobUuid: uuid, url: hookUrl, client: clientOf(request) };
    this.#scheduled.set(uuid, hook);
    // If the connection closes first, a pipelined answer emits no `close` of its own.
    const streams = [raw, request.raw.socket];
    const schedule = () => {
      for (const stream of streams) stream.off('close', schedule);
      this.#callIn(this.#options.timing.first, hook);
    };
    if (streams.some(({ closed }) => closed)) schedule();
    else for (const stream of streams) stream.once('close', schedule);
  }

  /** Schedules hooks that stopped servers left pending, now and at intervals. */
  async resume(): Promise<void> {
    await this.#claimHooks();
    this.#watch = setInterval(() => this.#claimHooks(), this.#options.timing.watch);
    this.#watch.unref();
  }

  /** Cancels all scheduled calls; running attempts finish, but are not repeated once their hooks are deleted. */
  clear(): void {
    for (const { timer } of this.#scheduled.values()) clearTimeout(timer);
    this.#scheduled.clear();
  }

  /** Cancels all calls and waits until none is running; their hooks stay pending in the store. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#watch);
    this.clear();
    await Promise.race([Promise.all(this.#attempts), pause(CLOSE_MS, undefined, { ref: false })]);
  }

  async #claimHooks(): Promise<void> {
    try {
      const hooks = await this.#options.store.claimHooks([...this.#scheduled.keys()]);
      const others = hooks.filter(({ jobUuid }) => !this.#scheduled.has(jobUuid));
      for (const hook of others) this.#callIn(this.#options.timing.first, { ...hook, client: '' });
    } catch (error) {
      // The database is unavailable; the next interval tries again.
      this.#options.logger.error({ err: error }, 'hooks of stopped servers could not be claimed');
    }
  }

  #callIn(milliseconds: number, hook: ScheduledHook): void {
    if (this.#closing.signal.aborted) return;
    this.#scheduled.set(hook.jobUuid, hook);
    hook.timer = setTimeout(() => this.#prepare(hook), milliseconds);
  }

  /** Looks up the hook's host before the hook counts as a call, so that slow lookups delay no other calls. */
  async #prepare(hook: ScheduledHook): Promise<void> {
    const url = new URL(hook.url);
    const { allowlist } = this.#options;
    const addresses = await allowlist.allowedAddresses(url, hook.client).catch(() => undefined);
    this.#limiter.add(url.origin, () => this.#try(hook, addresses), hook.client);
  }

  async #try(hook: ScheduledHook, addresses: LookupAddress[] | undefined): Promise<void> {
    const attempt = this.#attempt(hook.jobUuid, addresses).catch((error) => {
      this.#options.logger.error({ err: error, jobUuid: hook.jobUuid }, 'web hook not called');
      // The database is unavailable: try again later.
      return true;
    });
    this.#attempts.add(attempt);
    const isPending = await attempt;
    this.#attempts.delete(attempt);
    this.#scheduled.delete(hook.jobUuid);
    const { between, lookup } = this.#options.timing;
    if (isPending) this.#callIn(addresses ? between : lookup, hook);
  }

  /**
   * @param addresses undefined if the host can't be looked up, which is no attempt
   * @returns whether to call the hook again
   */
  async #attempt(jobUuid: string, addresses: LookupAddress[] | undefined): Promise<boolean> {
    if (this.#closing.signal.aborted) return false;
    const hook = await this.#options.store.claimHook(jobUuid);
    const job = hook && (await this.#options.store.findJob(jobUuid));
    if (!job) return false;
    const failure = await this.#call(hook, job, addresses).catch(failureReason);
    // `close` aborted the call: it doesn't count as an attempt.
    if (this.#closing.signal.aborted && failure !== null) return false;
    const attempts = hook.attempts + (addresses ? 1 : 0);
    // Repeated only while the job is retained: hooks to a dead address must end at some time.
    const pending =
      failure !== null && attempts < ATTEMPTS_MAX && this.#options.jobs.isRetained(job);
    const tried = { ...hook, attempts, pending, failure };
    await this.#options.store.changeHook(tried);
    const { metrics, logger } = this.#options;
    const outcome = failure === null ? 'delivered' : pending ? 'failed' : 'given_up';
    metrics.hooks.inc({ outcome });
    // The URL is not logged, because it may contain credentials.
    const line = { operation: job.operation, jobUuid, attempts };
    if (failure === null) logger.debug(line, 'web hook called');
    else logger.warn({ ...line, failure, pending }, 'web hook failed');
    return pending;
  }

  /** @returns why the call failed, or null if it succeeded */
  async #call(
    { jobUuid, url }: Hook,
    job: Job,
    addresses: LookupAddress[] | undefined,
  ): Promise<string | null> {
    if (!addresses) return 'its host cannot be looked up';
    if (addresses.length === 0) return 'its address is not allowed';
    const target = new URL(url);
    // A Buffer: for a string, Node would also encode the headers as UTF-8.
    const content = Buffer.from(JSON.stringify(answerOf(job)));
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(target, {
      method: 'POST',
      agent: false,
      lookup: (_host, _options, done) => done(null, addresses),
      headers: {
        'content-type': JSON_CONTENT_TYPE,
        'content-length': content.length,
        'x-job-uuid': jobUuid,
        'x-job-success': String(job.success),
      },
      signal: AbortSignal.any([
        this.#closing.signal,
        AbortSignal.timeout(this.#options.timing.timeout),
      ]),
    });
    const closed = new Promise<[]>((resolve) => sent.once('close', () => resolve([])));
    // After the status no error counts: the body is ignored.
    sent.on('error', () => {}).end(content);
    // After the status 101 there is neither a response nor an error.
    const [response] = await Promise.race<IncomingMessage[]>([once(sent, 'response'), closed]);
    response?.resume();
    await closed;
    // Redirects are not followed, because the allow list hasn't checked their targets.
    const status = response?.statusCode ?? 101;
    return status >= 200 && status < 300 ? null : `status ${status}`;
  }
}

function failureReason({ code, name }: NodeJS.ErrnoException): string {
  return code === 'ABORT_ERR' ? 'no answer in time' : (code ?? name);
}
