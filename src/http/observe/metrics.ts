import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** Upper bounds of durations, in seconds: from a point read to what has hung. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const NANOSECONDS = 1e9;
/** How often the event loop is looked at; what it shows includes this. */
const RESOLUTION_MS = 20;

/** What is counted of a running server, for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #requests = this.#register(
    new Counter({
      name: 'aios_requests_total',
      help: 'Requests answered, by operation and status.',
      labelNames: ['operation', 'status'],
      registers: [],
    }),
  );
  readonly #durations = this.#register(
    new Histogram({
      name: 'aios_request_duration_seconds',
      help: 'From the first byte of a request to its answer.',
      labelNames: ['operation'],
      buckets: SECONDS,
      registers: [],
    }),
  );
  readonly #commits = this.#register(
    new Histogram({
      name: 'aios_commit_writes',
      help: 'Operations whose writes shared a database transaction.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers: [],
    }),
  );
  readonly #jobs = this.#register(
    new Counter({
      name: 'aios_jobs_total',
      help: 'Jobs that have ended, by operation and outcome.',
      labelNames: ['operation', 'outcome'],
      registers: [],
    }),
  );
  readonly #hooks = this.#register(
    new Counter({
      name: 'aios_web_hook_calls_total',
      help: 'Calls of web hooks, by outcome: delivered, failed, and given up after the last failure.',
      labelNames: ['outcome'],
      registers: [],
    }),
  );

  constructor() {
    const delay = this.#delay;
    this.#register(
      new Gauge({
        name: 'aios_event_loop_delay_seconds',
        help: 'How late the event loop was, since the last look: the 99th percentile.',
        registers: [],
        collect() {
          this.set(Math.max(0, delay.percentile(99) / NANOSECONDS - RESOLUTION_MS / 1000));
          delay.reset();
        },
      }),
    );
    delay.enable();
  }

  readonly contentType = this.#registry.contentType;

  /** @param seconds how long the request took */
  readonly answered = (operation: string, status: number, seconds: number): void => {
    this.#requests.inc({ operation, status });
    this.#durations.observe({ operation }, seconds);
  };

  readonly committed = (writes: number): void => this.#commits.observe(writes);

  readonly jobEnded = (operation: string, outcome: 'succeeded' | 'failed'): void =>
    this.#jobs.inc({ operation, outcome });

  readonly hookCalled = (outcome: 'delivered' | 'failed' | 'given up'): void =>
    this.#hooks.inc({ outcome });

  /** The counts in Prometheus' text format. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Stops measuring. */
  close(): void {
    this.#delay.disable();
  }

  #register<Metric extends Counter | Gauge | Histogram>(metric: Metric): Metric {
    this.#registry.registerMetric(metric as never);
    return metric;
  }
}
