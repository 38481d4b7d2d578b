import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** What runs elsewhere, to be judged instead of this program: its URL up to the port. */
const { AIOS_ACCEPTANCE_URL, AIOS_ACCEPTANCE_PASSWORD } = process.env;

/** The password of `admin`: by default the platform's initial one. */
export const PASSWORD = AIOS_ACCEPTANCE_PASSWORD ?? 'password';

/**
 * The server under test: that of `AIOS_ACCEPTANCE_URL`, else this program, started for the block's tests.
 * @returns a function that returns the URL, once the tests run
 */
export function subject(env: Record<string, string> = {}): () => string {
  let url = AIOS_ACCEPTANCE_URL ?? '';
  let end = async () => {};
  beforeAll(async () => {
    if (url !== '') return;
    const child = spawn(process.execPath, [resolve('dist/main.js')], {
      env: { PATH: process.env.PATH, AIOS_PORT: '0', AIOS_DATABASE_URL: 'memory:', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    while (!output.includes('serves the API')) await once(child.stdout, 'data');
    url = /"msg":"(\S+) serves the API/.exec(output)?.[1] ?? '';
    end = async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    };
  });
  afterAll(() => end());
  return () => url;
}
