import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedLimiter } from '../../src/http/hooks/keyed-limiter.ts';

/** Tasks that end only by a call of the test. */
function tasksOf(limiter: KeyedLimiter) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, key = name.charAt(0)) =>
    limiter.add(key, () => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const running = () => [...ends.keys()];
  /** Ends tasks, so that the next ones start. */
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

describe('keys of a limiter', () => {
  test('are served round-robin, however many tasks one has', async () => {
    const { started, add, running, end } = tasksOf(new KeyedLimiter({ total: 1, perKey: 1 }));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) add(name);
    while (running().length > 0) await end(...running());
    expect(started).toHaveLength(7);
    // As long as two keys have tasks left, neither has started twice as many as the other.
    expect(started.slice(0, 4).map((name) => name.charAt(0))).toEqual(
      expect.arrayContaining(['a', 'b', 'c']),
    );
    expect(started.indexOf('b2')).toBeLessThan(started.indexOf('a4'));
  });

  test('a new key waits for one task of each other key at most', async () => {
    const { started, add, running, end } = tasksOf(new KeyedLimiter({ total: 2, perKey: 2 }));
    for (let task = 0; task < 20; task++) add(`a${task}`);
    for (let task = 0; task < 20; task++) add(`b${task}`);
    await end(...running());
    add('c0');
    await end(...running());
    await end(...running());
    expect(started).toContain('c0');
  });

  test('continue after a task that ends synchronously', async () => {
    const limiter = new KeyedLimiter({ total: 1, perKey: 1 });
    const done: number[] = [];
    for (let task = 0; task < 1000; task++) limiter.add('a', async () => void done.push(task));
    await expect.poll(() => done.length).toBe(1000);
    expect(done).toEqual(Array.from({ length: 1000 }, (_, task) => task));
  });

  test('run tasks that a task adds', async () => {
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

  test('share the limit of their group', async () => {
    const limiter = new KeyedLimiter({ total: 9, perKey: 2, perGroup: 3 });
    const started: string[] = [];
    const add = (key: string, group: string) =>
      limiter.add(key, () => new Promise(() => started.push(key + group)), group);
    for (const key of ['a', 'a', 'a', 'b', 'c', 'd']) add(key, '1');
    for (const key of ['a', 'e']) add(key, '2');
    expect(started).toEqual(['a1', 'a1', 'b1', 'e2']);
  });

  test('may be any string', async () => {
    const { started, add } = tasksOf(new KeyedLimiter({ total: 9, perKey: 1 }));
    for (const key of ['', '__proto__', 'constructor', 'toString']) add(`1${key}`, key);
    expect(started).toHaveLength(4);
  });

  test('respect limits and order, and lose no task', async () => {
    const step = fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ ends: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, total, perKey) => {
          const { started, add, running, end } = tasksOf(new KeyedLimiter({ total, perKey }));
          const added: string[] = [];
          const forKey = (names: string[], which: string) =>
            names.filter((name) => name.startsWith(which));
          const check = () => {
            const waiting = added.filter((name) => !started.includes(name));
            expect(running().length).toBeLessThanOrEqual(total);
            for (const which of 'abcd') {
              expect(forKey(running(), which).length).toBeLessThanOrEqual(perKey);
              // In the order of addition.
              expect(forKey(started, which)).toEqual(
                forKey(added, which).slice(0, forKey(started, which).length),
              );
              // No task waits while the limits allow it.
              const hasRoom = running().length < total && forKey(running(), which).length < perKey;
              if (hasRoom) expect(forKey(waiting, which)).toEqual([]);
            }
          };
          for (const step of steps) {
            if ('key' in step) {
              const name = `${step.key}${added.length}`;
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
