import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { API, startServer } from '../support/server.ts';

const script = readFileSync('assets/docs/page.js', 'utf8');

/** Runs the page's script at a path of a server until it is complete, with as much of a browser as its form needs. */
async function openPage(url: string, path: string, stored: Map<string, string>, isSecure = true) {
  const message = { textContent: '' };
  const account = { value: 'admin', disabled: false };
  const password = { value: '', disabled: false };
  let submit = async (_event: object) => {};
  let authorized: string[] = [];
  let complete = async () => {};
  const form = {
    querySelector: () => message,
    elements: Object.assign([account, password], { account, password }),
    addEventListener: (_name: string, listener: typeof submit) => {
      submit = listener;
    },
  };
  const SwaggerUIBundle = ({ onComplete }: { onComplete: () => Promise<void> }) => {
    complete = onComplete;
    return {
      preauthorizeApiKey: (...scheme: string[]) => {
        authorized = scheme;
      },
    };
  };
  const context = createContext({
    document: { getElementById: () => form },
    location: { pathname: path },
    sessionStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    },
    fetch: (target: string, init: RequestInit) => fetch(url + target, init),
    crypto: isSecure ? crypto : {},
    ...{ SwaggerUIBundle, TextEncoder, Uint8Array },
  });
  runInContext(script, context);
  await complete();
  return {
    message: () => message.textContent,
    authorized: () => authorized,
    isDisabled: () => password.disabled,
    async logIn(text: string) {
      password.value = text;
      await submit({ preventDefault: () => {} });
      return password.value;
    },
  };
}

test.each(['/docs'])('the form of %s logs in, also after a reload', async (path) => {
  const server = await startServer();
  const stored = new Map<string, string>();
  const page = await openPage(server.url, path, stored);
  expect(page.authorized()).toEqual([]);
  expect(await page.logIn('password')).toBe('');
  const [scheme, authorization = ''] = page.authorized();
  expect(scheme).toBe('session');
  const answer = await server.get(`${API}/models`, { session: null, headers: { authorization } });
  expect(answer.status).toBe(200);

  const reloaded = await openPage(server.url, path, stored);
  expect(reloaded.authorized()).toEqual(['session', authorization]);
  expect(reloaded.message()).toMatch(/^Logged in/);

  const restarted = await startServer();
  expect((await openPage(restarted.url, path, stored)).authorized()).toEqual([]);
});

test('the form shows why a log-in failed, and stores nothing', async () => {
  const server = await startServer();
  const stored = new Map<string, string>();
  const page = await openPage(server.url, '/docs', stored);
  await page.logIn('wrong');
  expect(page.message()).toBe('Not logged in: wrong account name or password.');
  expect([page.authorized(), stored.size]).toEqual([[], 0]);
});

test('a page that may not hash says what to do instead', async () => {
  const { url } = await startServer();
  const page = await openPage(url, '/docs', new Map(), false);
  expect(page.isDisabled()).toBe(true);
  expect(page.message()).toMatch(/https.* Authorize/);
});
