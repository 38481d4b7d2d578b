import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type Operation, operations } from '../../src/contract/operations.ts';
import { GetJob } from '../../src/contract/schemas/job.ts';
import { browser, openBrowser, type Visit } from '../support/browser.ts';
import type { Finishing } from '../support/folder.ts';
import { sessionPath } from '../support/logins.ts';
import { launchServing, type Program } from '../support/process.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

interface DocsVisit extends Visit {
  server: Program;
}

/** The page of a server of its own, in a browser of its own, as soon as it lists the operations. */
async function visit(context: Finishing): Promise<DocsVisit> {
  const server = await launchServing(context);
  const opened = await openBrowser(context);
  await opened.page.goto(`${server.url}/docs`);
  await opened.page.locator('.opblock').first().waitFor();
  return { ...opened, server };
}

/** Fills in a session in the page's form. */
async function authorize(page: Page, session: string): Promise<void> {
  await page.locator('.auth-wrapper .authorize').first().click();
  const scheme = page.locator('.dialog-ux .auth-container', { hasText: /^session/ });
  await scheme.locator('input').fill(`OAuth ${session}`);
  await scheme.getByRole('button', { name: 'Apply credentials' }).click();
  await page.locator('.dialog-ux .close-modal').click();
}

/** Has the page send an operation's request as it proposes it, and returns the answer it shows. */
async function tryOut(page: Page, operation: string): Promise<{ status: string; body: unknown }> {
  const block: Locator = page.locator(`.opblock[id$="-${operation}"]`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('.execute').click();
  const answer = block.locator('.live-responses-table .response').first();
  const status = await answer.locator('.response-col_status').innerText();
  const body = await answer.locator('.highlight-code code').first().innerText();
  return { status: status.trim().split('\n')[0] ?? '', body: JSON.parse(body) };
}

const headers = { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' };

async function addModel({ url }: Program): Promise<void> {
  const body = JSON.stringify({ param: requiredModelParams });
  const { status } = await fetch(`${url}${API}/models`, { method: 'POST', headers, body });
  expect(status).toBe(200);
}

async function modelsOf({ url }: Program): Promise<object[]> {
  const response = await fetch(`${url}${API}/models`, { headers });
  return ((await response.json()) as { inventories: object[] }).inventories;
}

describe.skipIf(!browser)('the page at /docs, in a browser,', { timeout: 90_000 }, () => {
  test('lists every operation with its path and summary', async (context) => {
    const { page } = await visit(context);
    const listed = await page.locator('.opblock').evaluateAll((blocks) =>
      blocks.map((block) => ({
        name: block.id.replace(/^.*-/, ''),
        method: block.querySelector('.opblock-summary-method')?.textContent,
        path: block.querySelector('.opblock-summary-path')?.getAttribute('data-path'),
        summary: block.querySelector('.opblock-summary-description')?.textContent,
      })),
    );
    const catalogue = Object.entries<Pick<Operation, 'method' | 'path' | 'summary'>>({
      ...operations,
      [GetJob.name]: { method: 'GET', path: GetJob.path, summary: GetJob.summary },
    }).map(([name, { method, path, summary }]) => ({ name, method, path, summary }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(listed.toSorted(byName)).toEqual(catalogue.toSorted(byName));
  });

  test('adds the model of its example with a session that was filled in, from no other host', async (context) => {
    const { page, server, requests, errors } = await visit(context);
    await authorize(page, SESSION);
    const { status, body } = await tryOut(page, 'AddModel');
    expect(status).toBe('200');
    expect(body).toMatchObject({ success: true, inventory: { name: 'Qwen 1.5 32B' } });
    expect(await modelsOf(server)).toEqual([(body as { inventory: object }).inventory]);
    expect(requests.length).toBeGreaterThan(5);
    expect(requests).toContain(`${server.url}${API}/models`);
    const hosts = requests
      .filter((url) => !url.startsWith('data:'))
      .map((url) => new URL(url).origin);
    expect([...new Set(hosts)]).toEqual([server.url]);
    expect(errors).toEqual([]);
  });

  test('lists the whole model where no fields are chosen', async (context) => {
    const { page, server } = await visit(context);
    await authorize(page, SESSION);
    await addModel(server);
    const { status, body } = await tryOut(page, 'QueryModel');
    expect(status).toBe('200');
    expect(body).toEqual({ success: true, inventories: await modelsOf(server) });
  });

  test('logs in by its form, stays logged in after a reload, and groups errors', async (context) => {
    const { page, server, errors } = await visit(context);
    expect(await page.title()).toBe('AIOS model server: API');
    const form = page.locator('#login');
    await form.getByLabel('Password').fill('password');
    await form.getByRole('button').click();
    await form.getByText('Logged in').waitFor();
    expect((await tryOut(page, 'AddModel')).status).toBe('200');
    await page.reload();
    await page.locator('.opblock').first().waitFor();
    await form.getByText('Logged in').waitFor();
    expect((await tryOut(page, 'QueryModel')).status).toBe('200');
    const group = page.locator('.opblock[id$="-QueryModel"] details.errors');
    expect(await group.locator('summary').innerText()).toMatch(/^Errors: 400, .*503$/);
    expect(await group.getAttribute('open')).toBeNull();
    expect(errors).toEqual([]);

    const session = await page.evaluate(() => sessionStorage.getItem('aios-session'));
    await fetch(`${server.url}${sessionPath(session ?? '')}`, { method: 'DELETE', headers });
    const checked = page.waitForResponse(/\/valid$/);
    await page.reload();
    await (await checked).finished();
    await page.locator('.opblock').first().waitFor();
    expect(await form.locator('output').innerText()).toMatch(/^Log in/);
  });

  test('shows the error of a wrong session', async (context) => {
    const { page, server } = await visit(context);
    await authorize(page, '0'.repeat(32));
    const { status, body } = await tryOut(page, 'AddModel');
    expect(status).toBe('503');
    expect(body).toMatchObject({ error: { code: 'ID.1001', details: 'Session expired' } });
    expect(await modelsOf(server)).toEqual([]);
  });
});
