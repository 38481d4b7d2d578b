import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { launchServing } from '../support/process.ts';
import {
  addService,
  call,
  type ProgramAnswer,
  percentile,
  serviceNames,
} from '../support/program-calls.ts';
import { API } from '../support/server.ts';

const WRITERS = 8;
/** How long another program holds the lock, in milliseconds. */
const HELD = [500, 1000, 1500, 4000, 6000];
/** After which writes wait no longer. */
const PATIENCE_MS = 2000;

test('a lock of another program delays writes, then rejects them, and never delays reads', async (context) => {
  const program = await launchServing(context);
  const other = new Database(join(program.cwd, 'data/aios.db'));
  context.onTestFinished(() => void other.close());
  expect((await addService(program, 'first')).status).toBe(200);
  const acknowledged = ['first'];
  const rejected: ProgramAnswer[] = [];
  const reads: number[] = [];
  let longest = 0;

  for (const [round, held] of HELD.entries()) {
    other.exec('BEGIN IMMEDIATE');
    const start = performance.now();
    const isLocked = () => performance.now() < start + held;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let number = 0; isLocked(); number++) {
        const name = `${round} ${writer} ${number}`;
        const answer = await addService(program, name);
        if (answer.status === 200) acknowledged.push(name);
        else rejected.push(answer);
        longest = Math.max(longest, answer.milliseconds);
        await setTimeout(20);
      }
    });
    while (isLocked()) {
      const read = await call(program, 'GET', `${API}/model-services?limit=1`);
      expect(read.status).toBe(200);
      reads.push(read.milliseconds);
      await setTimeout(5);
    }
    const before = rejected.length;
    other.exec('ROLLBACK');
    await Promise.all(writers);
    // A lock shorter than the timeout rejects none.
    if (held < PATIENCE_MS) expect(before).toBe(0);
    expect((await addService(program, `after ${round}`)).status).toBe(200);
    acknowledged.push(`after ${round}`);
  }

  for (const { status, retryAfter, body } of rejected) {
    expect([status, retryAfter, body.error.code]).toEqual([503, '1', 'SYS.1010']);
    expect(body.error.details).toBe('the database is locked by another program');
  }
  const names = await serviceNames(program);
  expect(names.toSorted()).toEqual(acknowledged.toSorted());
  expect(rejected.length).toBeGreaterThan(0);
  expect(longest).toBeLessThan(PATIENCE_MS * 2);
  expect(percentile(reads, 99)).toBeLessThan(100);
  report('2-locked', {
    fault: 'another program holds the lock of the database for 0.5 to 6 s, under 8 writers',
    figures: {
      locks: HELD.length,
      acknowledged: acknowledged.length,
      'refused with a sentence': rejected.length,
      lost: acknowledged.filter((name) => !names.includes(name)).length,
      'reads meanwhile': reads.length,
      'their p99, ms': Math.ceil(percentile(reads, 99)),
    },
  });
});
