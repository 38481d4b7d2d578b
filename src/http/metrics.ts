import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AIOS_VERSION } from '../contract/aios.ts';
import type { SessionCheck } from './auth/sessions.ts';
import { asHook } from './protocol/headers.ts';
import { operationLabel } from './request-log.ts';

/** The `operation` label of requests that match no route. */
const UNROUTED = 'unrouted';

/** Histogram buckets, in seconds: from a read by UUID to a request that hangs. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

let processRegistry: Registry | undefined;

/** Metrics of Node.js, collected once per process: the library can't stop collecting them. */
function processMetrics(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** Prometheus metrics of one server and of its process. */
export class Metrics {
  readonly #registry = Registry.merge([processMetrics()]);
  readonly #requests = new Counter({
    name: 'aios_requests_total',
    help: 'Requests answered, by operation and status code.',
    labelNames: ['operation', 'code'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'aios_request_duration_seconds',
    help: 'From the first byte of a request to its answer.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly commits = new Histogram({
    name: 'aios_commit_writes',
    help: 'Operations whose writes shared a database transaction.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registers: [this.#registry],
  });
  readonly jobs = new Counter({
    name: 'aios_jobs_total',
    help: 'Jobs that have ended, by operation and outcome.',
    labelNames: ['operation', 'outcome'],
    registers: [this.#registry],
  });
  readonly hooks = new Counter({
    name: 'aios_web_hook_calls_total',
    help: 'Calls of web hooks, by outcome: delivered, failed, and given up after the last failure.',
    labelNames: ['outcome'],
    registers: [this.#registry],
  });
  readonly droppedLines = new Counter({
    name: 'aios_log_lines_dropped_total',
    help: 'Lines of the log that were dropped because it was not read in time.',
    registers: [this.#registry],
  });
  readonly #build = new Gauge({
    name: 'aios_build_info',
    help: 'Versions of the server, of the platform it stands in for and of Node.js, and the kind of its database.',
    labelNames: ['version', 'aios_version', 'node_version', 'database'],
    registers: [this.#registry],
  });

  readonly contentType = this.#registry.contentType;

  /** Counts an answered request. */
  readonly answered = (request: FastifyRequest, reply: FastifyReply): void => {
    const operation = operationLabel(request) ?? UNROUTED;
    this.#requests.inc({ operation, code: reply.statusCode });
    this.#durations.observe({ operation }, reply.elapsedTime / 1000);
  };

  /** @param build version of the server, version of Node.js and kind of the database */
  readonly describe = (build: Record<'version' | 'node_version' | 'database', string>): void =>
    this.#build.set({ ...build, aios_version: AIOS_VERSION }, 1);

  /** All metrics, in the Prometheus text format. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Serves the metrics; they need a session, as the API does. */
export function serveMetrics(app: FastifyInstance, metrics: Metrics, checkSession: SessionCheck) {
  app.get('/_aios/metrics', { onRequest: asHook(checkSession) }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.read()),
  );
}
