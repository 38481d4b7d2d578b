import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { credentials, digestOf, LOGIN } from '../support/logins.ts';
import { launchServing, type Program } from '../support/process.ts';
import { percentile } from '../support/program-calls.ts';
import { API, SESSION } from '../support/server.ts';

const PASSWORD = 'correct horse battery staple';
/** The address of a client that has logged in before. */
const KNOWN = '198.51.100.7';
/** Connections that guess at the same time. */
const GUESSERS = 64;
/** Failures after which an address is rejected (docs/fidelity.md). */
const FAILURES = 10;
/** How long each kind of guessing lasts, in milliseconds. */
const PHASE_MS = 10_000;

interface Try {
  status: number;
  ms: number;
}

/** A login as a proxy passes it on for a client of this address. */
async function logIn({ url }: Program, address: string, password: string): Promise<Try> {
  const begun = performance.now();
  const response = await fetch(url + LOGIN, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify(credentials(digestOf(password))),
  });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - begun };
}

/** What other clients measure while passwords are guessed. */
interface Others {
  /** Milliseconds of each read. */
  reads: number[];
  /** Milliseconds of each login with the right password, from an address that logged in before. */
  logins: number[];
  /** The same, from an address that is new. */
  firstLogins: number[];
}

let unseen = 0;

/** Reads and logs in until it is over. */
async function liveOn(program: Program, others: Others, isOver: () => boolean): Promise<void> {
  const headers = { authorization: `OAuth ${SESSION}` };
  async function read(): Promise<void> {
    while (!isOver()) {
      const begun = performance.now();
      const response = await fetch(`${program.url}${API}/models?limit=1`, { headers });
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      others.reads.push(performance.now() - begun);
      await setTimeout(5);
    }
  }
  async function comeIn(times: number[], addressOf: () => string): Promise<void> {
    while (!isOver()) {
      const { status, ms } = await logIn(program, addressOf(), PASSWORD);
      expect(status).toBe(200);
      times.push(ms);
      await setTimeout(200);
    }
  }
  await Promise.all([
    read(),
    read(),
    comeIn(others.logins, () => KNOWN),
    comeIn(others.firstLogins, () => `2001:db8:f:${(++unseen).toString(16)}::1`),
  ]);
}

/**
 * Lets 64 connections guess for a while.
 * @param addressOf the address of a guess, by the connection and its count there
 * @returns how many guesses of each address were verified, and rejected unverified
 */
async function guess(
  program: Program,
  others: Others,
  addressOf: (connection: number, count: number) => string,
): Promise<Map<string, { looked: number; rejected: number }>> {
  const seen = new Map<string, { looked: number; rejected: number }>();
  const end = performance.now() + PHASE_MS;
  const isOver = () => performance.now() > end;
  async function connect(connection: number): Promise<void> {
    for (let count = 0; !isOver(); count++) {
      const address = addressOf(connection, count);
      const { status } = await logIn(program, address, `guess ${connection} ${count}`);
      const known = seen.get(address) ?? { looked: 0, rejected: 0 };
      expect([503, 429]).toContain(status);
      if (status === 503) known.looked++;
      else known.rejected++;
      seen.set(address, known);
      // A rejected client gets Retry-After; this one retries sooner, but not in a loop.
      if (status === 429) await setTimeout(200);
    }
  }
  const connections = Array.from({ length: GUESSERS }, (_, connection) => connect(connection));
  await Promise.all([...connections, liveOn(program, others, isOver)]);
  return seen;
}

const total = (seen: Iterable<{ looked: number; rejected: number }>) =>
  [...seen].reduce((sum, { looked, rejected }) => sum + looked + rejected, 0);

const lookedAt = (seen: Map<string, { looked: number }>) =>
  [...seen.values()].reduce((sum, { looked }) => sum + looked, 0);

/** Most megabytes of memory that a program ever had. */
function peakMegabytes({ pid }: Program): number {
  const [, kilobytes] =
    /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}

test('guessing passwords over 64 connections is limited, and does not slow down other clients', async (context) => {
  const program = await launchServing(context, {
    env: { AIOS_ADMIN_PASSWORD: PASSWORD, AIOS_TRUST_PROXY: 'true' },
  });
  expect((await logIn(program, KNOWN, PASSWORD)).status).toBe(200);
  const others = {
    one: emptyOthers(),
    network: emptyOthers(),
    many: emptyOthers(),
    new: emptyOthers(),
  };

  const calm = emptyOthers();
  const calmEnd = performance.now() + PHASE_MS / 2;
  await liveOn(program, calm, () => performance.now() > calmEnd);

  const one = await guess(program, others.one, () => '203.0.113.9');
  expect(lookedAt(one)).toBe(FAILURES);

  // One client of an IPv6 provider: each guess from another address of its /64.
  const network = await guess(
    program,
    others.network,
    (connection, count) => `2001:db8:1:1:${connection.toString(16)}::${count.toString(16)}`,
  );
  expect(lookedAt(network)).toBe(FAILURES);

  // A client for each connection.
  const many = await guess(
    program,
    others.many,
    (connection) => `2001:db8:2:${connection.toString(16)}::1`,
  );
  for (const [address, { looked }] of many) expect(looked, address).toBeLessThanOrEqual(FAILURES);

  // No address ever guesses twice: such a guess can't be distinguished from a login.
  const fresh = await guess(
    program,
    others.new,
    (connection, count) => `2001:db8:${(connection + 16).toString(16)}:${count.toString(16)}::1`,
  );
  const peak = peakMegabytes(program);

  const all = Object.values(others);
  const slowest = (times: number[]) => Math.round(Math.max(...times));
  const phases = [one, network, many, fresh];
  report('8-wrong-passwords', {
    fault:
      'passwords guessed over 64 connections: from one address, one /64, 64 networks, and ever new ones',
    figures: {
      guesses: phases.reduce((sum, seen) => sum + total(seen.values()), 0),
      'passwords checked, of one address': lookedAt(one),
      'passwords checked, of one /64': lookedAt(network),
      'p99 of reads of others before, ms': Math.round(percentile(calm.reads, 99)),
      'p99 of reads of others, ms': Math.round(
        percentile(
          all.flatMap(({ reads }) => reads),
          99,
        ),
      ),
      'logins of others': all.flatMap(({ logins, firstLogins }) => [...logins, ...firstLogins])
        .length,
      'slowest client that had logged in before, ms': slowest(all.flatMap(({ logins }) => logins)),
      'slowest from a new network while one network guesses, ms': slowest(
        [others.one, others.network].flatMap(({ firstLogins }) => firstLogins),
      ),
      'slowest from a new network while 64 and more guess, ms': slowest(
        [others.many, others.new].flatMap(({ firstLogins }) => firstLogins),
      ),
      'peak RSS, MB': Math.round(peak),
    },
  });
  // What else the machine does is in both.
  const allowed = 100 + percentile(calm.reads, 99);
  expect(
    percentile(
      all.flatMap(({ reads }) => reads),
      99,
    ),
  ).toBeLessThan(allowed);
  for (const { logins, firstLogins } of all) {
    expect(Math.min(logins.length, firstLogins.length)).toBeGreaterThan(0);
    expect(slowest(logins)).toBeLessThan(4000);
  }
  for (const { firstLogins } of [others.one, others.network]) {
    expect(slowest(firstLogins)).toBeLessThan(4000);
  }
  expect(peak).toBeLessThan(400);
});

function emptyOthers(): Others {
  return { reads: [], logins: [], firstLogins: [] };
}
