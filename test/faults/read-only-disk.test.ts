import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { mountFailingDisk } from '../support/disks.ts';
import { report } from '../support/figures.ts';
import { launchServing } from '../support/process.ts';
import { addService, call, type ProgramAnswer, serviceNames } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

const ROUNDS = 5;
const WRITERS = 8;
const PHASE_MS = 400;

test('on a disk that becomes read-only writes fail, reads succeed, and none is lost when it is repaired', async (context) => {
  const disk = mountFailingDisk(context, 64);
  if (!disk) {
    console.warn('A disk that fails is not tested: it takes root, loop devices and ext4.');
    return context.skip();
  }
  const acknowledged: string[] = [];
  /**
   * Answered when the disk had already failed. For some milliseconds the system's `fsync` still reports success,
   * also of a plain file's, though nothing more is written: that is beyond any program.
   */
  const atTheEnd: string[] = [];
  const seen = { rejected: 0, reads: 0 };
  const launch = () => launchServing(context, { cwd: disk.folder });
  let program = await launch();
  for (let round = 0; round < ROUNDS; round++) {
    let [isFailing, isOver] = [false, false];
    const rejected: ProgramAnswer[] = [];
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let number = 0; !isOver; number++) {
        const name = `${round} ${writer} ${number}`;
        const answer = await addService(program, name);
        if (answer.status === 200) (isFailing ? atTheEnd : acknowledged).push(name);
        else rejected.push(answer);
      }
    });
    await setTimeout(PHASE_MS);
    disk.fail();
    isFailing = true;
    await setTimeout(PHASE_MS);
    isOver = true;
    await Promise.all(writers);

    expect(rejected.length).toBeGreaterThan(0);
    for (const { status, body } of rejected) {
      expect([status, body.error.code]).toEqual([503, 'SYS.1000']);
      expect(body.error.details).toMatch(
        /^the (disk of the database failed|database can not be written to), /,
      );
    }
    seen.rejected += rejected.length;
    for (let read = 0; read < 20; read++) {
      const page = await call(program, 'GET', `${API}/model-services?limit=20&start=${read}`);
      expect([page.status, page.body.inventories?.length]).toEqual([200, 20]);
      seen.reads++;
    }
    const health = await call(program, 'GET', '/_aios/health');
    expect([health.status, health.body.error?.code]).toEqual([503, 'SYS.1000']);

    program.signal('SIGKILL');
    await program.ended;
    disk.repair();
    program = await launch();
    expect((await addService(program, `after ${round}`)).status).toBe(200);
    acknowledged.push(`after ${round}`);
  }
  const names = new Set(await serviceNames(program));
  const lost = acknowledged.filter((name) => !names.has(name));
  expect(lost).toEqual([]);
  const lostAtTheEnd = atTheEnd.filter((name) => !names.has(name));
  // One transaction of each writer at most.
  expect(lostAtTheEnd.length).toBeLessThanOrEqual(ROUNDS * WRITERS);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const client = new Database(join(disk.folder, 'data/aios.db'), { readonly: true });
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  client.close();
  report('2-read-only', {
    fault: 'a disk that becomes read-only under 8 writers, repaired while the server is down',
    figures: {
      rounds: ROUNDS,
      acknowledged: acknowledged.length,
      'refused with a sentence': seen.rejected,
      'reads meanwhile': seen.reads,
      lost: lost.length,
      'acknowledged while the system still reported success': atTheEnd.length,
      'lost of these': lostAtTheEnd.length,
      'stored although refused':
        names.size - acknowledged.length - (atTheEnd.length - lostAtTheEnd.length),
    },
  });
});
