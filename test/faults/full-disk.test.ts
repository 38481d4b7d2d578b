import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { mountSmallDisk } from '../support/disks.ts';
import { report } from '../support/figures.ts';
import { launchServing, type Program } from '../support/process.ts';
import { addService, call, serviceNames, untilHealthy } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

const ROUNDS = 12;
const WRITERS = 16;
const DISK_MB = 48;
/** Of a service's text: some pages. */
const CHARACTERS = 12_000;

test('on a full disk writes fail, none is lost, and they succeed again when there is space', async (context) => {
  const disk = mountSmallDisk(context, DISK_MB);
  if (!disk) {
    console.warn('A full disk is not tested: mounting a small one takes root.');
    return context.skip();
  }
  const { folder } = disk;
  const launch = () => launchServing(context, { cwd: folder });
  let program = await launch();
  const acknowledged: string[] = [];
  const seen = { rejected: 0, reads: 0, kills: 0, unhealthy: 0 };

  for (let round = 0; round < ROUNDS; round++) {
    disk.leave(200_000 + round * 50_000);
    const rejected = await fill(program, round, acknowledged);
    for (const answer of rejected) {
      expect(answer.status).toBe(503);
      expect(answer.body.error.code).toBe('SYS.1000');
      expect(answer.body.error.details).toMatch(
        /^the disk of the database is full, nothing was changed$/,
      );
    }
    seen.rejected += rejected.length;

    const health = await call(program, 'GET', '/_aios/health');
    expect([health.status, health.body.error?.code]).toEqual([503, 'SYS.1000']);
    expect((await call(program, 'GET', '/_aios/live')).status).toBe(200);
    seen.unhealthy++;
    const page = await call(program, 'GET', `${API}/model-services?limit=20`);
    const expected = Math.min(20, acknowledged.length);
    expect([page.status, page.body.inventories?.length]).toEqual([200, expected]);
    seen.reads++;

    if (round % 3 === 2) {
      program.signal('SIGKILL');
      await program.ended;
      disk.free();
      program = await launch();
      seen.kills++;
    } else {
      disk.free();
    }
    await untilHealthy(program);
    const name = `after ${round}`;
    expect((await addService(program, name)).status).toBe(200);
    acknowledged.push(name);
  }

  const names = await serviceNames(program);
  const lost = acknowledged.filter((name) => !names.includes(name));
  const unanswered = names.length - acknowledged.length;
  expect({ lost, unanswered }).toEqual({ lost: [], unanswered: 0 });
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const client = new Database(join(folder, 'data/aios.db'), { readonly: true });
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  client.close();
  report('2-full-disk', {
    fault: 'a full disk under 16 writers, made free again while the server runs or is down',
    figures: {
      rounds: ROUNDS,
      acknowledged: acknowledged.length,
      'refused with a sentence': seen.rejected,
      'reported by health': seen.unhealthy,
      'reads meanwhile': seen.reads,
      lost: lost.length,
      'stored although refused': unanswered,
    },
  });
});

/** Adds services until each writer was rejected; returns the rejections. */
async function fill(program: Program, round: number, acknowledged: string[]) {
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let number = 0; ; number++) {
      const name = `${round} ${writer} ${number}`;
      const answer = await addService(program, name, CHARACTERS);
      if (answer.status !== 200) return answer;
      acknowledged.push(name);
    }
  });
  return Promise.all(writers);
}
