import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { requiredModelParams } from '../../support/resources.ts';
import { expectSoundInBothLanguages } from '../sample.ts';
import { visitConsole } from '../visit.ts';

const MODELS = '/zstack/v1/ai/models';

describe.skipIf(!browser)('the console, in a browser,', () => {
  test('shows requests as they come in, and makes a fault of one', async (context) => {
    const visit = await visitConsole(context, { env: { AIOS_CONTROL: 'on' }, hash: '#/requests' });
    const { page, call, expectSound } = visit;
    const rows = page.locator('tbody tr');
    await call('POST', MODELS, { param: requiredModelParams });
    await page.getByRole('cell', { name: 'AddModel' }).waitFor();
    await call('POST', MODELS, { param: { name: 'without the rest' } });
    await expect.poll(() => rows.first().innerText()).toMatch(/AddModel\s+✕ 400/);

    await page.getByRole('combobox', { name: 'Status' }).selectOption('4xx');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('searchbox').fill('WITHOUT THE');
    await rows.first().getByRole('link').click();
    const request = page.getByRole('region', { name: 'Request', exact: true });
    expect(await request.innerText()).toContain('"name": "without the rest"');
    const answer = page.getByRole('region', { name: 'Answer' });
    expect(await answer.innerText()).toContain('"code": "SYS.1007"');
    await expectSound('exchange');

    await page.getByRole('button', { name: 'Make a fault of this' }).click();
    await page.getByLabel('Number of requests').fill('0');
    await page.getByRole('button', { name: 'Add a fault' }).click();
    await page.getByText('field[faults[0].times]').waitFor();
    expect(await page.getByLabel('Effect').inputValue()).toBe('SYS.1007');
    await page.getByLabel('Details').fill('the same again');
    await page.getByLabel('Number of requests').fill('1');
    await page.getByRole('button', { name: 'Add a fault' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('log').getByRole('button', { name: 'Close' }).click();
    expect(await call('POST', MODELS, { param: requiredModelParams })).toMatchObject({
      error: { code: 'SYS.1007', details: 'the same again' },
    });

    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close' }).waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('');
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing here.').waitFor();
    expect(await call('GET', '/_aios/requests')).toEqual({ success: true, requests: [] });
    await expectSoundInBothLanguages(visit, 'requests', '请求', 1);
  });
});
