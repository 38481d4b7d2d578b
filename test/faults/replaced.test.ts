import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { launchServing, type Program } from '../support/process.ts';
import { addService, call, type ProgramAnswer, untilHealthy } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

const WRITERS = 16;
const ROUNDS = 4;
/** Duration of writing before the change, and after it. */
const PHASE_MS = 500;

interface Change {
  does: string;
  /** @param file path of the database, at which no file or another one is afterwards */
  make: (file: string) => void;
  /** Where acknowledged writes are afterwards; undefined if they were deleted. */
  remains: 'the moved file' | undefined;
}

/** Moves a database with its side files. */
function move(file: string, to: string): void {
  for (const ending of ['', '-wal', '-shm']) renameSync(file + ending, to + ending);
}

const changes: Change[] = [
  { does: 'moved', make: (file) => move(file, `${file}.moved`), remains: 'the moved file' },
  {
    does: 'replaced by a copy',
    make: (file) => {
      copyFileSync(file, `${file}.copy`);
      move(file, `${file}.moved`);
      renameSync(`${file}.copy`, file);
    },
    remains: 'the moved file',
  },
  { does: 'deleted', make: (file) => rmSync(file), remains: undefined },
  { does: 'deprived of its WAL', make: (file) => rmSync(`${file}-wal`), remains: undefined },
];

test('a database that was moved, replaced or deleted rejects writes and still serves reads', async (context) => {
  const seen = { rounds: 0, acknowledged: 0, lost: 0, rejected: 0, stored: 0, window: 0 };
  for (const { does, make, remains } of changes) {
    for (let round = 0; round < ROUNDS; round++) {
      const program = await launchServing(context);
      const file = join(program.cwd, 'data/aios.db');
      const writing = startWriting(program);
      await setTimeout(PHASE_MS);
      const gone = performance.now();
      make(file);
      await setTimeout(PHASE_MS);
      const { acknowledged, rejected } = await writing.stop();

      const last = Math.max(...acknowledged.map(({ at }) => at));
      // Writes that were in flight at that moment may still be acknowledged.
      seen.window = Math.max(seen.window, last - gone);
      expect(rejected.length, does).toBeGreaterThan(0);
      for (const { status, body } of rejected) {
        expect([status, body.error.code]).toEqual([503, 'SYS.1000']);
        expect(body.error.details).toMatch(
          /^the file of the database was moved, replaced or deleted/,
        );
      }
      const health = await call(program, 'GET', '/_aios/health');
      expect([health.status, health.body.error?.code], does).toEqual([503, 'SYS.1000']);
      const page = await call(program, 'GET', `${API}/model-services?limit=20`);
      expect([page.status, page.body.inventories.length]).toEqual([200, 20]);

      if (remains) {
        rmSync(file, { force: true });
        move(`${file}.moved`, file);
        await untilHealthy(program);
        expect((await addService(program, 'last')).status).toBe(200);
        program.signal('SIGKILL');
        await program.ended;
        const names = namesIn(file);
        seen.lost += acknowledged.filter(({ name }) => !names.has(name)).length;
        expect(names.has('last')).toBe(true);
        const stored = names.size - acknowledged.length - 1;
        // Only writes that were in flight may be stored though rejected.
        expect(stored).toBeLessThanOrEqual(WRITERS);
        seen.stored += stored;
      } else {
        program.signal('SIGKILL');
        await program.ended;
      }
      seen.rounds++;
      seen.acknowledged += acknowledged.length;
      seen.rejected += rejected.length;
    }
  }
  expect(seen.lost).toBe(0);
  expect(seen.window).toBeLessThan(1000);
  report('2-replaced', {
    fault:
      'the database’s file moved, replaced by a copy or deleted, or its log deleted, under 16 writers',
    figures: {
      rounds: seen.rounds,
      acknowledged: seen.acknowledged,
      'refused with a sentence': seen.rejected,
      'last acknowledgement after it, ms': Math.ceil(Math.max(0, seen.window)),
      'lost of what was not deleted': seen.lost,
      'stored although refused': seen.stored,
    },
  });
});

function startWriting(program: Program) {
  const acknowledged: { name: string; at: number }[] = [];
  const rejected: ProgramAnswer[] = [];
  let isOver = false;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let number = 0; !isOver; number++) {
      const name = `${writer} ${number}`;
      const answer = await addService(program, name);
      if (answer.status === 200) acknowledged.push({ name, at: performance.now() });
      else rejected.push(answer);
    }
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(writers);
      return { acknowledged, rejected };
    },
  };
}

function namesIn(file: string): Set<string> {
  const client = new Database(file);
  const names = client.prepare('SELECT name FROM model_services').pluck().all() as string[];
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  client.close();
  return new Set(names);
}
