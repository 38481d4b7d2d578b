import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SessionCheck } from '../auth/sessions.ts';
import { asHook } from '../protocol/hook.ts';

/** What counts; the times are in seconds. */
export interface MetricsSink {
  contentType: string;
  answered: (operation: string, status: number, seconds: number) => void;
  jobEnded: (operation: string, outcome: 'succeeded' | 'failed') => void;
  hookCalled: (outcome: 'delivered' | 'failed' | 'given up') => void;
  read: () => Promise<string>;
}

/** The operation of requests that no route takes. */
export const UNROUTED = 'unrouted';

/** Counts every request that a route takes. */
export function countRequests(app: FastifyInstance, { answered }: MetricsSink): void {
  const count = ({ routeOptions: { config, url } }: FastifyRequest, reply: FastifyReply) =>
    answered(config?.operation ?? url ?? UNROUTED, reply.statusCode, reply.elapsedTime / 1000);
  app.addHook('onResponse', asHook(count));
}

/** Tells Prometheus the counts, with the API's own authorization. */
export async function metricsRoute(
  app: FastifyInstance,
  options: { metrics: MetricsSink; checkSession: SessionCheck },
): Promise<void> {
  const { metrics, checkSession } = options;
  app.get(
    '/_aios/metrics',
    { onRequest: asHook(checkSession), schema: { hide: true } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()),
  );
}
