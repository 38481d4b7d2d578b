import { expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { openReceiver, status } from '../support/hook-receiver.ts';
import { naming } from '../support/jobs.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;

test('jobs are listed with why they failed and the state of their hooks, without the rest of the URL', async () => {
  const receiver = await openReceiver(status(500));
  const server = await startServer({ hookTiming: { first: 0, between: 60_000 } });
  const [failed, succeeded] = [newUuid(), newUuid()];
  await server.put(`${MODELS}/unknown`, { updateModel: { name: 'a' } }, naming(failed));
  server.advance(1000);
  const headers = { 'x-job-uuid': succeeded, 'x-web-hook': `${receiver.url}?token=secret` };
  await server.post(MODELS, { param: requiredModelParams }, { headers });

  const hook = { url: receiver.url, attempts: 1, pending: true, failure: 'status 500' };
  const first = {
    uuid: succeeded,
    operation: 'AddModel',
    time: '2025-11-25T11:51:51.000Z',
    success: true,
    hook,
  };
  const list = async (query = '') => (await server.get(`/_aios/jobs${query}`)).body;
  await expect.poll(list).toMatchObject({ jobs: [{ hook: { attempts: 1 } }, {}] });
  expect(await list()).toEqual({
    success: true,
    jobs: [
      first,
      {
        uuid: failed,
        operation: 'UpdateModel',
        time: '2025-11-25T11:51:50.000Z',
        success: false,
        error: expect.objectContaining({ code: 'SYS.1003' }),
      },
    ],
  });
  expect(await list('?limit=1')).toEqual({ success: true, jobs: [first] });
});

test('the list needs a session, and no more than 1000 jobs can be requested', async () => {
  const server = await startServer();
  const missing = "missing header 'Authorization'";
  expectFailure(await server.get('/_aios/jobs', { session: null }), 400, 'SYS.1007', missing);
  for (const query of ['limit=0', 'limit=1001', 'limits=1']) {
    const answer = await server.get(`/_aios/jobs?${query}`);
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('limit'));
  }
});
