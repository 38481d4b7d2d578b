import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { addSample, expectSoundInBothLanguages } from '../sample.ts';
import { visitConsole } from '../visit.ts';

const env = { AIOS_CONTROL: 'on' };

describe.skipIf(!browser)('the console, in a browser,', () => {
  test('sets faults, clock, UUIDs and the delay of jobs', async (context) => {
    const visit = await visitConsole(context, { env, hash: '#/control' });
    const { page, call } = visit;
    await page.getByRole('button', { name: 'Add a fault' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Operation').selectOption('QueryModel');
    await dialog.getByLabel('Effect').selectOption('Only a status');
    await dialog.getByLabel('Status').fill('503');
    await dialog.getByLabel('Number of requests').fill('2');
    await dialog.getByRole('button', { name: 'Add a fault' }).click();
    await page.getByRole('cell', { name: 'Only a status · 503' }).waitFor();
    await call('GET', '/zstack/v1/ai/models');
    await page.getByRole('cell', { name: '1 / 2' }).waitFor();
    expect(await call('GET', '/_aios/faults')).toMatchObject({
      faults: [{ operation: 'QueryModel', status: 503, times: 2, struck: 1 }],
    });

    const set = async (label: string, value: string) => {
      const form = page.locator('form', { has: page.getByLabel(label) });
      await form.getByLabel(label).fill(value);
      await form.getByRole('button', { name: 'Set' }).click();
    };
    await set('Seconds ahead', '3600');
    await page.getByText('(3,600 s ahead)').waitFor();
    await set('Stop at', '2025-01-02T03:04:05');
    await set('Seed', 'my seed');
    await set('Delay in ms', '500');
    await page.getByText('Jobs appear to run for 500 ms.').waitFor();
    await page.getByText('(stopped)').waitFor();
    expect(await call('GET', '/_aios/settings')).toMatchObject({
      clock: { stopped: true, now: new Date('2025-01-02T03:04:05').toISOString() },
      uuids: { seed: 'my seed' },
      jobs: { afterMs: 500 },
    });
    for (const name of ['Real time', 'Random', 'No delay', 'Remove']) {
      await page.getByRole('button', { name }).click();
    }
    await expect.poll(() => call('GET', '/_aios/faults')).toEqual({ success: true, faults: [] });
    await expect
      .poll(() => call('GET', '/_aios/settings'))
      .toMatchObject({ clock: { stopped: false, aheadMs: 0 }, uuids: {}, jobs: {} });
    await expectSoundInBothLanguages(visit, 'control', '控制');
  });

  test('sends nothing a second time before it is answered', async (context) => {
    const { page } = await visitConsole(context, { env, hash: '#/control' });
    let sent = 0;
    await page.route('**/_aios/uuids', () => {
      sent += 1;
    });
    await page.getByRole('button', { name: 'Random' }).dblclick();
    const form = page.locator('form', { has: page.getByLabel('Seed') });
    await form.getByLabel('Seed').fill('my seed');
    await form.getByRole('button', { name: 'Set' }).dblclick();
    // Answered after the requests before it have been counted.
    await page.evaluate("fetch('../_aios/health')");
    expect(sent).toBe(2);
  });

  test('saves and restores snapshots, puts the state in and out by file, and resets', async (context) => {
    const visit = await visitConsole(context, { env, hash: '#/control' });
    const { page, call, expectSound } = visit;
    await addSample(visit);
    const total = async () => (await call('GET', '/zstack/v1/ai/models?count=true')).total;
    await page.getByLabel('Name').fill('sample');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'sample' }).waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = join(temporaryFolder(context), 'state.json');
    await (await downloading).saveAs(file);
    const state = JSON.parse(readFileSync(file, 'utf8'));
    expect(state.models).toHaveLength(8);

    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(total).toBe(0);
    const send = async (label: string, button: string, content: string) => {
      writeFileSync(file, content);
      await page.getByLabel(label).setInputFiles(file);
      await page.getByRole('button', { name: button, exact: true }).click();
    };
    const add = (content: string) => send('Add a file to the state', 'Add', content);
    const replace = (content: string) => send('Replace the state by a file', 'Replace', content);
    await add(JSON.stringify({ models: state.models.slice(0, 2) }));
    await expect.poll(total).toBe(2);
    await replace(JSON.stringify({ models: state.models.slice(2, 5) }));
    await expect.poll(total).toBe(3);
    await page.getByRole('log').getByText('Done: Replace.').waitFor();
    await add('no JSON');
    await page.getByRole('alert').filter({ hasText: 'JSON' }).waitFor();
    expect(await page.getByRole('alert').locator('code').count()).toBe(0);
    await replace('{"models":[{}]}');
    await page.getByText('field[models[0]').waitFor();

    const saved = page.getByRole('row', { name: 'sample' });
    await saved.getByRole('button', { name: 'Restore' }).click();
    await expect.poll(total).toBe(8);
    await expectSound('control-state', 1);
    await saved.getByRole('button', { name: 'Remove' }).click();
    await saved.waitFor({ state: 'detached' });
    // What the file has put in is the seed now.
    expect(await call('GET', '/_aios/snapshots')).toMatchObject({ snapshots: [{ name: 'seed' }] });
  });
});
