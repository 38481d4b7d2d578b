import type { FastifyInstance } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { ApiError, FAILED_JOB_STATUS } from '../contract/errors.ts';
import { GetJob } from '../contract/schemas/job.ts';
import type { Jobs } from '../domain/jobs.ts';
import { routePath } from './protocol/paths.ts';

/** How often old jobs are looked for, in milliseconds. */
const SWEEP_MS = 60_000;

/** Where clients ask for a job's outcome (F56). It needs no session: the uuid is one. */
export async function jobRoutes(app: FastifyInstance, { jobs }: { jobs: Jobs }): Promise<void> {
  const { name, path, params, tag, summary, description, otherMethods } = GetJob;
  app.get<{ Params: { uuid: string } }>(
    routePath(path),
    {
      config: { operation: name, otherMethods },
      schema: { operationId: name, params, tags: [tag], summary, description, security: [] },
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      if (request.injectedFailure) throw request.injectedFailure;
      const outcome = await jobs.find(request.params.uuid);
      if (!outcome) throw new ApiError('jobGone', 'the job has been expired');
      reply.type(JSON_CONTENT_TYPE);
      if (outcome === 'running') return reply.code(202).send({});
      return reply.code(outcome.success ? 200 : FAILED_JOB_STATUS).send(outcome.body);
    },
  );
  const sweep = () =>
    jobs.sweep().catch((error) => app.log.warn({ err: error }, 'old jobs were not swept'));
  const timer = setInterval(sweep, SWEEP_MS).unref();
  app.addHook('onListen', sweep);
  app.addHook('preClose', async () => clearInterval(timer));
}
