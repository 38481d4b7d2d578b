import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedLimiter } from '../../src/http/limits/keyed-limiter.ts';

/** Tasks that end only when they are told to. */
function tasksOf(limiter: KeyedLimiter) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, lane = name.charAt(0)) =>
    limiter.add(lane, () => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const running = () => [...ends.keys()];
  /** Ends tasks, and lets those that come next start. */
  const end = async (...names: string[]) => {
    for (const name of names) {
      const resolve = ends.get(name);
      if (!resolve) throw new Error(`${name} is not running`);
      ends.delete(name);
      resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, running, add, end };
}

describe('lanes', () => {
  test('take turns: one with much to do is no more often next than another', async () => {
    const { started, add, running, end } = tasksOf(new KeyedLimiter({ total: 1, perKey: 1 }));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) add(name);
    while (running().length > 0) await end(...running());
    expect(started).toHaveLength(7);
    // Until two of them have nothing left, no lane is twice as far as another.
    expect(started.slice(0, 4).map((name) => name.charAt(0))).toEqual(
      expect.arrayContaining(['a', 'b', 'c']),
    );
    expect(started.indexOf('b2')).toBeLessThan(started.indexOf('a4'));
  });

  test('a newcomer waits for one turn at most', async () => {
    const { started, add, running, end } = tasksOf(new KeyedLimiter({ total: 2, perKey: 2 }));
    for (let task = 0; task < 20; task++) add(`a${task}`);
    for (let task = 0; task < 20; task++) add(`b${task}`);
    await end(...running());
    add('c0');
    await end(...running());
    await end(...running());
    expect(started).toContain('c0');
  });

  test('go on after a task that took no time', async () => {
    const limiter = new KeyedLimiter({ total: 1, perKey: 1 });
    const done: number[] = [];
    for (let task = 0; task < 1000; task++) limiter.add('a', async () => void done.push(task));
    await expect.poll(() => done.length).toBe(1000);
    expect(done).toEqual(Array.from({ length: 1000 }, (_, task) => task));
  });

  test('take tasks that a task adds', async () => {
    const limiter = new KeyedLimiter({ total: 1, perKey: 1 });
    const done: string[] = [];
    await new Promise<void>((resolve) => {
      limiter.add('a', async () => {
        limiter.add('a', async () => {
          done.push('inner');
          resolve();
        });
        done.push('outer');
      });
    });
    expect(done).toEqual(['outer', 'inner']);
  });

  test('may be called by any name', async () => {
    const { started, add } = tasksOf(new KeyedLimiter({ total: 9, perKey: 1 }));
    for (const lane of ['', '__proto__', 'constructor', 'toString']) add(`1${lane}`, lane);
    expect(started).toHaveLength(4);
  });

  test('keep their limits, order and every task, whatever ends when', async () => {
    const step = fc.oneof(
      fc.record({ lane: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ ends: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, total, lane) => {
          const { started, add, running, end } = tasksOf(new KeyedLimiter({ total, perKey: lane }));
          const added: string[] = [];
          const forKey = (names: string[], which: string) =>
            names.filter((name) => name.startsWith(which));
          const check = () => {
            const waiting = added.filter((name) => !started.includes(name));
            expect(running().length).toBeLessThanOrEqual(total);
            for (const which of 'abcd') {
              expect(forKey(running(), which).length).toBeLessThanOrEqual(lane);
              // In the order in which they came.
              expect(forKey(started, which)).toEqual(
                forKey(added, which).slice(0, forKey(started, which).length),
              );
              // Nothing waits where there is room for it.
              const hasRoom = running().length < total && forKey(running(), which).length < lane;
              if (hasRoom) expect(forKey(waiting, which)).toEqual([]);
            }
          };
          for (const step of steps) {
            if ('lane' in step) {
              const name = `${step.lane}${added.length}`;
              added.push(name);
              add(name);
            } else {
              const name = running()[step.ends % Math.max(1, running().length)];
              if (name) await end(name);
            }
            check();
          }
          while (running().length > 0) {
            await end(...running());
            check();
          }
          expect(started.toSorted()).toEqual(added.toSorted());
        },
      ),
      { numRuns: 150 },
    );
  });
});
