import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { fill } from '../support/filled-database.ts';
import { temporaryFolder } from '../support/folder.ts';

const [FEW, MANY] = [25_000, 100_000];
/** What a million services may take, in MB. */
const PEAK_MAX = 200;

const SHOW_PEAK = "process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";

/** Runs a command as the installed program does, with a file as its output; returns its peak RSS in MB. */
async function peakOf(args: string[], output: string): Promise<number> {
  const file = openSync(output, 'w');
  const child = spawn(process.execPath, [resolve('dist/bin.js'), ...args], {
    env: { PATH: process.env.PATH, NODE_OPTIONS: `--import data:text/javascript,${SHOW_PEAK}` },
    stdio: ['ignore', file, 'pipe'],
  });
  const stderr = text(child.stderr as Readable);
  const [code] = await once(child, 'exit');
  closeSync(file);
  expect(code, await stderr).toBe(0);
  return Number(/^peak (\d+)$/m.exec(await stderr)?.[1]) / 1024;
}

test('`dump --all` and `load` need the same memory for any number of services', async (context) => {
  const folder = temporaryFolder(context);
  const peaks: Record<'dump' | 'load', number>[] = [];
  for (const services of [FEW, MANY]) {
    const path = (name: string) => join(folder, `${name}-${services}`);
    const client = openSqlite({ file: path('filled'), migrationsFolder: MIGRATIONS });
    const store = createSqliteStore(client);
    await fill(client, store, { services, models: services / 10, centers: 10, tags: services / 2 });
    await store.close();
    const at = (name: string) => `--database-url=file:${path(name)}`;
    peaks.push({
      dump: await peakOf(['dump', '--all', at('filled')], path('lines')),
      load: await peakOf(['load', path('lines'), at('to')], path('output')),
    });
  }
  for (const command of ['dump', 'load'] as const) {
    const [few = NaN, many = NaN] = peaks.map((peak) => peak[command]);
    const growth = Math.max(0, many - few) / (MANY - FEW);
    expect(many + growth * (1_000_000 - MANY), JSON.stringify(peaks)).toBeLessThan(PEAK_MAX);
  }
});
