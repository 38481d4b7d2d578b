import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { addSample, expectSoundInBothLanguages, manyServices } from '../sample.ts';
import { visitConsole } from '../visit.ts';

describe.skipIf(!browser)('the console, in a browser,', () => {
  test('draws all bindings, of which one can be chosen, found and read in a table', async (context) => {
    const visit = await visitConsole(context, { hash: '#/bindings' });
    const { page, expectSound } = visit;
    const uuids = await addSample(visit);
    await page.reload();
    const picture = page.getByRole('group', { name: 'Bindings' });
    await picture.waitFor();
    expect(await picture.locator('a').count()).toBe(18);
    expect(await picture.locator('.edge').count()).toBe(13);
    expect(await picture.locator('.edge.default').count()).toBe(2);

    await picture.getByRole('link', { name: 'Model bge-m3, bound to services: 2' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'All fields' }).waitFor();
    expect(page.url()).toContain(uuids.get('bge-m3'));
    expect(await picture.locator('a[data-near="true"]').count()).toBe(3);
    await expectSound('bindings-chosen');
    await page.getByRole('link', { name: 'Choose none' }).click();

    await picture.getByRole('link', { name: 'Model whisper-large-v3' }).focus();
    for (const [key, name] of [
      ['ArrowRight', 'Service Speech to text, bound to models: 1'],
      ['ArrowUp', 'Service Rerank, bound to models: 1'],
      ['ArrowLeft', 'Model bge-m3, bound to services: 2'],
      ['ArrowDown', 'Model whisper-large-v3, bound to services: 1'],
    ] as const) {
      await page.keyboard.press(key);
      expect(await page.locator(':focus-visible').getAttribute('aria-label')).toBe(name);
    }

    const width = async () => (await picture.locator('a').first().boundingBox())?.width;
    const before = (await width()) ?? 0;
    await page.getByRole('slider', { name: 'Zoom' }).press('ArrowRight');
    await expect.poll(width).toBeGreaterThan(before);
    await picture.hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 100);
    await page.keyboard.up('Control');
    await expect.poll(width).toBeCloseTo(before);

    await page.getByRole('button', { name: 'Bound ones only' }).click();
    await expect.poll(() => picture.locator('a').count()).toBe(16);
    await page.getByRole('searchbox').fill('vision');
    await expect.poll(() => picture.locator('a').count()).toBe(2);
    await page.getByRole('tab', { name: 'Table' }).click();
    expect(await page.locator('tbody').innerText()).toMatch(/Qwen2.5-VL-7B\s+vLLM vision/);
    await expectSoundInBothLanguages(visit, 'bindings-table', '绑定');
  });

  test('shows what one is bound to, where there are more than 500', async (context) => {
    const visit = await visitConsole(context, { env: { AIOS_CONTROL: 'on' }, hash: '#/now' });
    const { page, call } = visit;
    expect(await call('PUT', '/_aios/state', manyServices(600))).toEqual({ success: true });
    await page.getByRole('link', { name: 'Bindings' }).click();
    await page.getByText('There are 601 models and services.').waitFor();
    await page.getByRole('searchbox').fill('the mod');
    await page.getByRole('link', { name: 'the model' }).click();
    const picture = page.getByRole('group', { name: 'Bindings' });
    await page.getByText('bound to services: 200 (100 are left out)').waitFor();
    expect(await picture.locator('a').count()).toBe(101);
    await picture.getByRole('link', { name: 'Service service 0', exact: true }).click();
    await expect.poll(() => picture.locator('a').count()).toBe(2);
    await expectSoundInBothLanguages(visit, 'bindings-near', '绑定');
  });

  test('draws long names on a phone, in Chinese', async (context) => {
    const { page, expectSound } = await visitConsole(context, {
      env: { AIOS_SEED_FILE: 'demo:60' },
      hash: '#/bindings',
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 800 },
    });
    const picture = page.getByRole('group', { name: '绑定' });
    await picture.waitFor();
    const { width = 0 } = (await picture.locator('a').first().boundingBox()) ?? {};
    expect(width).toBeGreaterThan(120);
    await expectSound('bindings-phone');
  });
});
