import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import type { Finishing } from '../support/folder.ts';
import { launchServing, type Program } from '../support/process.ts';
import { SESSION } from '../support/server.ts';

/** Maximum of rows that a page may request. */
const LIMIT_MAX = 100;

export interface ConsoleVisit {
  page: Page;
  server: Program;
  /** What the server answers to a request of the API, below its URL. */
  call: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  /**
   * Fails for an error on the browser's console, a request elsewhere or for too many rows, and for a violation of
   * accessibility on the page as it is. With `AIOS_SCREENSHOTS` set it stores a picture in that folder.
   * @param failed number of requests that the server has rejected, as it should; 0 unless given
   */
  expectSound: (picture: string, failed?: number) => Promise<void>;
}

interface Options extends Pick<BrowserContextOptions, 'locale' | 'viewport' | 'colorScheme'> {
  env?: Record<string, string>;
  /** The page to open, such as `#/services`. */
  hash?: string;
  /** Whether the tab has a session from the start; true unless given. */
  isLoggedIn?: boolean;
}

/** Opens the console of a server of its own, in a browser of its own. */
export async function visitConsole(
  context: Finishing,
  { env = {}, hash = '#/services', isLoggedIn = true, ...options }: Options = {},
): Promise<ConsoleVisit> {
  const server = await launchServing(context, { env: { AIOS_DATABASE_URL: 'memory:', ...env } });
  const { page, requests, errors } = await openBrowser(context, {
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  if (isLoggedIn) {
    await page.addInitScript(`sessionStorage.setItem('aios-session', '${SESSION}')`);
  }
  await page.goto(`${server.url}/console/${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const expectSound = async (picture: string, failed = 0) => {
    const folder = process.env.AIOS_SCREENSHOTS;
    if (folder) {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${picture}.png`) });
    }
    await page.evaluate(axe.source);
    const violations = (await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
    )) as unknown;
    expect(violations).toEqual([]);
    const rejected = errors.filter((error) => error.startsWith('Failed to load resource'));
    expect(errors.filter((error) => !rejected.includes(error))).toEqual([]);
    expect(rejected).toHaveLength(failed);
    const elsewhere = requests.filter((url) => !url.startsWith(`${server.url}/`));
    expect(elsewhere).toEqual([]);
    const limits = requests.map((url) => Number(new URL(url).searchParams.get('limit') ?? 0));
    expect(Math.max(...limits)).toBeLessThanOrEqual(LIMIT_MAX);
  };
  return { page, server, call, expectSound };
}
