import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { type ConsoleVisit, visitConsole } from '../visit.ts';

/** Where the pictures of the documents go: `npm run pictures`. */
const folder = process.env.AIOS_PICTURES ?? '';
const BYTES_MAX = 150_000;
/** Samples that the page Now draws, and milliseconds between them. */
const SAMPLES = 151;
const SAMPLE_MS = 2000;

async function draw(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ path: join(folder, `${name}.png`) });
  expect(picture.length).toBeLessThan(BYTES_MAX);
}

/** Sends requests of a few minutes, which pass for the page alone. */
async function sendRequests({ page, call }: ConsoleVisit): Promise<void> {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const count = Math.round(10 + 6 * Math.sin(sample / 12) + 5 * Math.sin(sample / 2.3));
    for (let index = 0; index < count; index++) {
      await call('GET', `/zstack/v1/ai/models?limit=${index}`);
    }
    if (sample % 40 === 9) await call('POST', '/zstack/v1/ai/models', {});
    const answered = page.waitForResponse(/_aios\/metrics/);
    await page.clock.runFor(SAMPLE_MS);
    await answered;
  }
}

describe.skipIf(!browser || folder === '')('the pictures of the documents', () => {
  test('are drawn', async (context) => {
    const visit = await visitConsole(context, {
      env: { AIOS_CONTROL: 'on', AIOS_SEED_FILE: 'demo:18' },
      hash: '#/now',
      viewport: { width: 1120, height: 700 },
    });
    const { page } = visit;

    await page.clock.install();
    await page.reload();
    await sendRequests(visit);
    await draw(page, 'console');
    await page.getByRole('link', { name: 'Bindings' }).click();
    await page.getByRole('group', { name: 'Bindings' }).waitFor();
    await draw(page, 'bindings');
  }, 300_000);
});
