import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { inOrder, openReceiver, status } from '../../support/hook-receiver.ts';
import { requiredModelParams } from '../../support/resources.ts';
import { SESSION } from '../../support/server.ts';
import { addSample, expectSoundInBothLanguages } from '../sample.ts';
import { visitConsole } from '../visit.ts';

const MODELS = '/zstack/v1/ai/models';

describe.skipIf(!browser)('the console, in a browser,', () => {
  test('shows what is there now, what the server answers and what fails', async (context) => {
    const visit = await visitConsole(context, { env: { AIOS_CONTROL: 'on' }, hash: '#/now' });
    const { page, call } = visit;
    await addSample(visit);
    await page.reload();
    await page.getByRole('link', { name: '10 Services' }).waitFor();
    await page.getByRole('link', { name: '8 Models' }).waitFor();
    await page.getByRole('img', { name: /^Requests a second: / }).waitFor();
    await page.getByText('memory', { exact: true }).waitFor();
    await call('PUT', '/_aios/clock', { now: '2025-01-02T03:04:05Z' });
    await page.getByText('(stopped)').waitFor();
    await call('POST', MODELS, {});
    await page.getByText('✕ 400 (1)').waitFor();
    await expectSoundInBothLanguages(visit, 'now', '概览');
    await page.getByRole('link', { name: 'AddModel', exact: true }).click();
    await page.getByRole('heading', { name: '请求', level: 1 }).waitFor();
    const operation = page.getByRole('combobox', { name: '操作' });
    expect(await operation.inputValue()).toBe('AddModel');
  });

  test('has no pages of the control API without it', async (context) => {
    const { page, expectSound } = await visitConsole(context, { hash: '#/control' });
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    const names = await page.getByRole('navigation').getByRole('link').allInnerTexts();
    expect(names).toContain('Jobs and hooks');
    expect(names.at(-1)).toBe('API');
    expect(names.filter((name) => ['Requests', 'Control'].includes(name))).toEqual([]);
    await page.getByText('QueryModel', { exact: true }).waitFor();
    await expectSound('now-without-control');
  });

  test('lists jobs and hooks, with why they failed and how often they were tried', async (context) => {
    const receiver = await openReceiver(inOrder(status(500), status(200)), { context });
    const visit = await visitConsole(context, {
      env: { AIOS_HOOK_ALLOW: '127.0.0.0/8' },
      hash: '#/jobs',
    });
    const { page, server } = visit;
    const send = (method: string, path: string, body: object, headers: Record<string, string>) =>
      fetch(server.url + path, {
        method,
        headers: {
          authorization: `OAuth ${SESSION}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      });
    const uuid = 'a'.repeat(32);
    const update = { updateModel: { name: 'a' } };
    await send('PUT', `${MODELS}/unknown`, update, { 'x-job-uuid': uuid });
    const hook = { 'x-web-hook': `${receiver.url}/path?token=secret` };
    await send('POST', MODELS, { param: requiredModelParams }, hook);

    const origin = receiver.url;
    await page.getByText(`pending: ${origin} status 500`).waitFor();
    await page.getByRole('button', { name: 'Failed (2)' }).waitFor();
    await page.getByText(`delivered: ${origin}`).waitFor();
    await page.getByRole('button', { name: 'Failed (1)' }).click();
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().innerText()).toMatch(/UpdateModel\s+✕ SYS\.1003 .*unknown/s);
    expect(await rows.first().innerText()).toContain(uuid);
    await expectSoundInBothLanguages(visit, 'jobs', '任务与回调');
  });
});
