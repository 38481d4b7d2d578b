import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { LoginAttempts } from '../../src/domain/logins.ts';

const MINUTE = 60_000;
/** Failures after which an address is rejected (docs/fidelity.md). */
const FAILURES = 10;

type Outcome = boolean | 'rejected' | 'broken';

/** Attempts with a clock and pauses of the test's own. */
function makeAttempts(pause: (milliseconds: number) => Promise<void> = async () => {}) {
  let now = 1_000_000;
  const pauses: number[] = [];
  const attempts = new LoginAttempts(
    () => now,
    (milliseconds) => {
      if (milliseconds > 0) pauses.push(milliseconds);
      return pause(milliseconds);
    },
  );
  return {
    attempts,
    pauses,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    /** What became of an attempt. */
    tried: (address: string, verify: () => Promise<boolean>): Promise<Outcome> =>
      attempts.run(address, verify).catch((error) => {
        if (error instanceof ApiError && error.kind === 'tooManyLogins') return 'rejected';
        if (error === broken) return 'broken';
        throw error;
      }),
  };
}

const broken = new Error('the database is away');
const right = async () => true;
const wrong = async () => false;
const failing = () => Promise.reject(broken);

/** What became of as many attempts one after the other. */
async function inOrder(
  { tried }: Pick<ReturnType<typeof makeAttempts>, 'tried'>,
  count: number,
  verify: () => Promise<boolean>,
  address = 'a',
) {
  const outcomes: Outcome[] = [];
  for (let attempt = 0; attempt < count; attempt++) outcomes.push(await tried(address, verify));
  return outcomes;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const times = <Value>(count: number, value: Value): Value[] => Array(count).fill(value);

describe('an address', () => {
  test('is rejected without verification after ten failures', async () => {
    const subject = makeAttempts();
    expect(await inOrder(subject, FAILURES, wrong)).toEqual(times(FAILURES, false));
    const looked: string[] = [];
    const look = async () => {
      looked.push('looked');
      return true;
    };
    expect(await inOrder(subject, 5, look)).toEqual(times(5, 'rejected'));
    expect(looked).toEqual([]);
  });

  test('gets Retry-After in whole seconds, never zero', async () => {
    const subject = makeAttempts();
    await inOrder(subject, FAILURES, wrong);
    for (const [passed, seconds] of [
      [0, '60'],
      [1, '60'],
      [999, '59'],
      [58_000, '1'],
      [999, '1'],
    ] as const) {
      subject.advance(passed);
      await expect(subject.attempts.run('a', right)).rejects.toMatchObject({
        kind: 'tooManyLogins',
        headers: { 'retry-after': seconds },
      });
    }
    subject.advance(1);
    expect(await subject.tried('a', right)).toBe(true);
  });

  test('waits longer after each failure, up to a limit', async () => {
    const subject = makeAttempts();
    for (let round = 0; round < 20; round++) {
      await inOrder(subject, FAILURES, wrong);
      subject.advance(MINUTE);
    }
    expect(subject.pauses.length).toBeGreaterThan(FAILURES);
    expect(subject.pauses).toEqual(subject.pauses.toSorted((a, b) => a - b));
    expect(Math.max(...subject.pauses)).toBeLessThanOrEqual(10_000);
  });

  test('starts again after a success', async () => {
    const subject = makeAttempts();
    for (let round = 0; round < 3; round++) {
      expect(await inOrder(subject, FAILURES - 1, wrong)).toEqual(times(FAILURES - 1, false));
      expect(await subject.tried('a', right)).toBe(true);
    }
  });

  test('does not affect other addresses', async () => {
    const subject = makeAttempts();
    await inOrder(subject, FAILURES, wrong, 'a');
    subject.pauses.length = 0;
    expect(await inOrder(subject, 3, wrong, 'b')).toEqual(times(3, false));
    expect(subject.pauses).toEqual([]);
    expect(await subject.tried('a', right)).toBe('rejected');
  });

  test.each(['', '__proto__', 'constructor'])('may be %j', async (address) => {
    const subject = makeAttempts();
    expect(await inOrder(subject, FAILURES, wrong, address)).toEqual(times(FAILURES, false));
    expect(await subject.tried(address, right)).toBe('rejected');
    expect(await subject.tried('other', right)).toBe(true);
  });
});

describe('an attempt whose verification fails', () => {
  test('passes its error on and counts as no failure', async () => {
    const subject = makeAttempts();
    expect(await inOrder(subject, 3 * FAILURES, failing)).toEqual(times(3 * FAILURES, 'broken'));
    expect(await inOrder(subject, FAILURES, wrong)).toEqual(times(FAILURES, false));
  });

  test('counts as no success either', async () => {
    const subject = makeAttempts();
    await inOrder(subject, FAILURES - 1, wrong);
    await subject.tried('a', failing);
    await subject.tried('a', wrong);
    expect(await subject.tried('a', right)).toBe('rejected');
  });
});

describe('concurrent attempts', () => {
  const slowly = (outcome: boolean) => () => setImmediate(outcome);

  test('all succeed with the right password, from one address or many', async () => {
    const { tried } = makeAttempts();
    for (const addresses of [1, 7, 25]) {
      const attempts = times(10 * addresses, 0);
      const outcomes = attempts.map((_, count) => tried(`${count % addresses}`, slowly(true)));
      expect(await Promise.all(outcomes)).toEqual(attempts.map(() => true));
    }
  });

  test('are verified no more often than sequential ones, with a wrong password', async () => {
    const { tried } = makeAttempts();
    let looked = 0;
    const outcomes = await Promise.all(
      times(200, 0).map(() =>
        tried('a', () => {
          looked++;
          return slowly(false)();
        }),
      ),
    );
    expect(looked).toBe(FAILURES);
    expect(outcomes.filter((outcome) => outcome === 'rejected')).toHaveLength(200 - FAILURES);
  });

  test('succeed beside wrong ones within the limit', async () => {
    const { tried } = makeAttempts();
    const outcomes: Outcome[] = [];
    for (let round = 0; round < 10; round++) {
      const attempts = times(10, 0).map((_, count) => tried('a', slowly(count !== round)));
      outcomes.push(...(await Promise.all(attempts)));
    }
    expect(outcomes.filter((outcome) => outcome === true)).toHaveLength(90);
    expect(outcomes.filter((outcome) => outcome === false)).toHaveLength(10);
  });

  test('do not wait for the delay of another one within the limit', async () => {
    const { tried } = makeAttempts((milliseconds) =>
      milliseconds === 0 ? Promise.resolve() : new Promise(() => {}),
    );
    for (let failure = 0; failure < 3; failure++) await tried('a', wrong);
    void tried('a', wrong);
    expect(await tried('a', right)).toBe(true);
  });

  /** Attempts that begin and end in any order: `end` says how many others end before one does. */
  const plans = fc.array(
    fc.record({
      outcome: fc.constantFrom<Outcome>(true, false, false, false, 'broken'),
      address: fc.constantFrom('a', 'b'),
      after: fc.nat({ max: 40 }),
    }),
    { minLength: 20, maxLength: 120 },
  );

  test('property: no address gets more guesses than the limit without a success', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.scheduler(), async (plan, scheduler) => {
        const { tried } = makeAttempts((milliseconds) =>
          milliseconds === 0 ? Promise.resolve() : scheduler.schedule(Promise.resolve()),
        );
        const guesses = new Map<string, number>();
        const outcomes = plan.map(async ({ outcome, address, after }) => {
          for (let step = 0; step < after % 5; step++) await scheduler.schedule(Promise.resolve());
          return tried(address, async () => {
            await scheduler.schedule(Promise.resolve());
            if (outcome === 'broken') throw broken;
            guesses.set(address, outcome === true ? 0 : (guesses.get(address) ?? 0) + 1);
            expect(guesses.get(address)).toBeLessThanOrEqual(FAILURES);
            return outcome === true;
          });
        });
        const ended = Promise.all(outcomes);
        await scheduler.waitFor(ended);
        const got = await ended;
        plan.forEach(({ outcome }, attempt) => {
          expect([outcome, 'rejected']).toContain(got[attempt]);
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('very many addresses', () => {
  test('take bounded memory', async () => {
    const { attempts } = makeAttempts();
    let addresses = 0;
    const network = (count: number) =>
      `2001:db8:${(count >> 16).toString(16)}:${(count & 0xffff).toString(16)}`;
    const heapAfter = async (count: number) => {
      for (let more = 0; more < count; more++) {
        addresses++;
        await attempts.run(`${network(addresses)}::1`, wrong);
      }
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const filled = await heapAfter(15_000);
    expect((await heapAfter(60_000)) - filled).toBeLessThan(4 * 1024 * 1024);
    expect(await attempts.run(`${network(1)}::1`, wrong)).toBe(false);
  });

  test('do not displace the last ones that failed', async () => {
    const { attempts, tried } = makeAttempts();
    for (let address = 0; address < 20_000; address++) await attempts.run(`${address}`, wrong);
    for (let failure = 1; failure < FAILURES; failure++) await tried('19999', wrong);
    expect(await tried('19999', right)).toBe('rejected');
  });

  test('do not displace one that continues to guess', async () => {
    const { tried } = makeAttempts();
    for (let failure = 0; failure < FAILURES; failure++) {
      await tried('a', wrong);
      for (let other = 0; other < 900; other++) await tried(`${failure}-${other}`, wrong);
    }
    expect(await tried('a', right)).toBe('rejected');
  });
});

describe('passwords are verified', () => {
  /** Attempts whose passwords are judged when the test says so. */
  function pausedAttempts() {
    const { tried } = makeAttempts();
    const waiting: { address: string; end: (outcome: boolean) => void }[] = [];
    const begun: string[] = [];
    const attempt = (address: string) =>
      tried(address, () => {
        begun.push(address);
        return new Promise<boolean>((end) => waiting.push({ address, end }));
      });
    /** Ends the oldest one under way. */
    async function endOne(outcome: boolean): Promise<void> {
      await setImmediate();
      waiting.shift()?.end(outcome);
      await setImmediate();
    }
    return { attempt, begun, waiting, endOne };
  }

  test('two at a time', async () => {
    const { attempt, waiting, endOne } = pausedAttempts();
    const outcomes = Array.from({ length: 20 }, (_, count) => attempt(`192.0.2.${count}`));
    let most = 0;
    for (let ended = 0; ended < 20; ended++) {
      most = Math.max(most, waiting.length);
      await endOne(true);
    }
    expect(await Promise.all(outcomes)).toEqual(times(20, true));
    expect(most).toBe(2);
  });

  test('early for a network without failures, before sixty with failures', async () => {
    const { attempt, begun, endOne } = pausedAttempts();
    const guessers = Array.from({ length: 60 }, (_, count) => `192.0.2.${count}`);
    const first = guessers.map(attempt);
    for (const _ of guessers) await endOne(false);
    await Promise.all(first);

    const second = guessers.map(attempt);
    begun.length = 0;
    const other = attempt('198.51.100.1');
    let ended = 0;
    for (; !begun.includes('198.51.100.1') && ended < 20; ended++) await endOne(false);
    expect(ended).toBeLessThanOrEqual(3);
    for (; ended <= 60; ended++) await endOne(true);
    expect(await other).toBe(true);
    await Promise.all(second);
  });

  test('eventually for a network with failures, beside many without', async () => {
    const { attempt, begun, endOne } = pausedAttempts();
    const failing = attempt('192.0.2.1');
    await endOne(false);
    await failing;
    begun.length = 0;
    const busy = [attempt('198.51.100.1'), attempt('198.51.100.2')];
    const again = attempt('192.0.2.1');
    let ended = 0;
    for (; !begun.includes('192.0.2.1') && ended < 20; ended++) {
      busy.push(attempt(`203.0.113.${ended}`));
      await endOne(true);
    }
    expect(ended).toBeLessThan(20);
    for (; ended < 60; ended++) await endOne(true);
    expect(await again).toBe(true);
    await Promise.all(busy);
  });

  test('first for a network that has logged in before, before sixty unknown ones', async () => {
    const { attempt, begun, endOne } = pausedAttempts();
    const known = attempt('198.51.100.1');
    await endOne(true);
    await known;
    const guessers = Array.from({ length: 60 }, (_, count) => attempt(`192.0.2.${count}`));
    begun.length = 0;
    const again = attempt('198.51.100.1');
    let ended = 0;
    for (; !begun.includes('198.51.100.1') && ended < 20; ended++) await endOne(false);
    expect(ended).toBeLessThanOrEqual(3);
    for (; ended <= 60; ended++) await endOne(true);
    expect(await again).toBe(true);
    await Promise.all(guessers);
  });

  test.each<[what: string, addressOf: (count: number) => string, verified: number]>([
    ['ten of a network wait, and one is verified', (count) => `::${count}`, 11],
    ['256 of all networks wait, and two are verified', (count) => `192.0.2.${count}`, 258],
    [
      'more wait of networks that have logged in before',
      (count) => `198.51.100.${count % 50}`,
      502,
    ],
  ])('until %s; others are rejected at once', async (_, addressOf, verified) => {
    const { attempt, endOne } = pausedAttempts();
    for (let known = 0; known < 50; known++) {
      const first = attempt(`198.51.100.${known}`);
      await endOne(true);
      await first;
    }
    let rejected = 0;
    const all = Array.from({ length: 600 }, async (_, count) => {
      const outcome = await attempt(addressOf(count));
      if (outcome === 'rejected') rejected++;
      return outcome;
    });
    await setImmediate();
    expect(rejected).toBe(600 - verified);
    for (let ended = 0; ended < verified; ended++) await endOne(true);
    expect((await Promise.all(all)).filter((outcome) => outcome === true)).toHaveLength(verified);
  });
});

describe('addresses of one IPv6 network', () => {
  test('are blocked together', async () => {
    const subject = makeAttempts();
    for (let host = 1; host <= FAILURES; host++) {
      expect(await subject.tried(`2001:db8:1:2::${host}`, wrong)).toBe(false);
    }
    expect(await subject.tried('2001:db8:1:2:ffff::1', right)).toBe('rejected');
    expect(await subject.tried('2001:db8:1:3::1', right)).toBe(true);
  });

  test('that map IPv4 count as the IPv4 addresses', async () => {
    const subject = makeAttempts();
    await inOrder(subject, FAILURES, wrong, '::ffff:192.0.2.1');
    expect(await subject.tried('::ffff:192.0.2.2', right)).toBe(true);
    expect(await subject.tried('192.0.2.1', right)).toBe('rejected');
  });
});
