import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Finishing, temporaryFolder } from './folder.ts';

/** How long anything on a page may take, in milliseconds. */
const TIMEOUTS = 15_000;

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The installed Chromium; undefined without one, which is said once. */
export const browser = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
  .find(isExecutable);

if (!browser) {
  console.warn(`No page is tested in a browser: none of ${BROWSERS.join(', ')} is in PATH.`);
}

export interface Visit {
  page: Page;
  window: BrowserContext;
  /** The URLs that the page requested. */
  requests: string[];
  /** Errors on the page's console, with uncaught ones. */
  errors: string[];
}

/** Opens an empty page in a browser of its own, which reaches this machine alone and ends with the test. */
export async function openBrowser(context: Finishing, options: object = {}): Promise<Visit> {
  const window = await chromium.launchPersistentContext(temporaryFolder(context), {
    executablePath: browser ?? '',
    headless: true,
    timeout: 30_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // All other requests fail here and don't leave the machine.
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    ],
    ...options,
  });
  context.onTestFinished(() => window.close());
  window.setDefaultTimeout(TIMEOUTS);
  const page = await window.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  window.on('request', (request) => void requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => void errors.push(error.message));
  return { page, window, requests, errors };
}
