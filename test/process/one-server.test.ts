import { existsSync, linkSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launch, launchServing } from '../support/process.ts';
import { addService, serviceNames } from '../support/program-calls.ts';

async function serving(context: Finishing) {
  const cwd = temporaryFolder(context);
  mkdirSync(join(cwd, 'data'));
  const first = await launchServing(context, { cwd });
  await addService(first, 'first');
  return { cwd, first, file: join(cwd, 'data/aios.db') };
}

describe('while a server runs on a database', () => {
  test('a second one fails to start, also by another path to the same file', async (context) => {
    const { cwd, first, file } = await serving(context);
    const link = join(cwd, 'link.db');
    symlinkSync(file, link);
    const starts = [file, 'data/../data/aios.db', link].map(async (path) => {
      const env = { AIOS_DATABASE_URL: `file:${path}` };
      const second = await launchServing(context, { cwd, env });
      expect(await second.ended).toBe(1);
      expect(second.stderr()).toBe(
        `aios-model-server: Another server runs on the database ${path}: stop it, or name another file.\n`,
      );
    });
    await Promise.all(starts);
    await addService(first, 'second');
    expect(await serviceNames(first)).toEqual(['first', 'second']);
  });

  test('a hard link does not get around the lock', async (context) => {
    const { cwd, first, file } = await serving(context);
    const other = join(cwd, 'other.db');
    linkSync(file, other);
    const second = await launchServing(context, {
      cwd,
      env: { AIOS_DATABASE_URL: `file:${other}` },
    });
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toMatch(/has another name too, a hard link/);
    expect((await addService(first, 'second')).status).toBe(200);
  });

  test('it rejects writes once its lock file is deleted', async (context) => {
    const { first, file } = await serving(context);
    rmSync(`${file}-server`);
    const { status, body } = await addService(first, 'second');
    expect([status, body.error.code]).toEqual([503, 'SYS.1000']);
    expect(await serviceNames(first)).toEqual(['first']);
  });

  test('other programs can read it, and dump works', async (context) => {
    const { cwd, first, file } = await serving(context);
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT name FROM model_services').pluck().all()).toEqual(['first']);
    other.close();
    const dump = await launch(context, { cwd, args: ['dump'] });
    expect([await dump.ended, dump.stderr()]).toEqual([0, '']);
    expect(JSON.parse(dump.stdout()).modelServices).toMatchObject([{ name: 'first' }]);
    await addService(first, 'second');
    expect(await serviceNames(first)).toEqual(['first', 'second']);
  });

  test('a server started while it stops takes over', async (context) => {
    const { cwd, first } = await serving(context);
    const second = launchServing(context, { cwd });
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(await serviceNames(await second)).toEqual(['first']);
  });

  test('its lock is released when it is killed', async (context) => {
    const { cwd, first, file } = await serving(context);
    first.signal('SIGKILL');
    await first.ended;
    expect(statSync(`${file}-server`).size).toBe(0);
    expect(existsSync(`${file}-server-journal`)).toBe(false);
    const second = await launchServing(context, { cwd });
    expect(await serviceNames(second)).toEqual(['first']);
  });
});
