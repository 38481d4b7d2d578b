import type { FastifyInstance } from 'fastify';
import { JobList } from '../contract/schemas/job.ts';
import { compileStrictValidator } from '../contract/validation/validator.ts';
import type { ListedJob } from '../domain/records.ts';
import type { Store } from '../domain/store.ts';
import type { SessionCheck } from './auth/sessions.ts';
import { asHook } from './protocol/headers.ts';

const parseList = compileStrictValidator<{ limit?: number }>(JobList, 'the list of jobs');

/** Serves the newest jobs and their hooks; they need a session, as the API does. */
export function serveJobList(app: FastifyInstance, store: Store, checkSession: SessionCheck): void {
  app.get('/_aios/jobs', { onRequest: asHook(checkSession) }, async ({ query }) => {
    const jobs = await store.listJobs(parseList(query).limit ?? 100);
    return { success: true, jobs: jobs.map(toEntry) };
  });
}

function toEntry({ uuid, operation, createDate, success, outcome, ...hook }: ListedJob) {
  const time = new Date(createDate).toISOString();
  // The rest of a URL may contain credentials.
  const shown = hook.url === null ? {} : { hook: { ...hook, url: new URL(hook.url).origin } };
  // The outcome is an error, or left out.
  return { uuid, operation, time, success, ...outcome, ...shown };
}
