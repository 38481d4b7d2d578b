import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { Fleet } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { describeCluster, startCluster } from '../support/postgres-cluster.ts';
import { launchServing, type Program } from '../support/process.ts';

const SERVERS = 3;
const WRITERS = 30;
/** In which a server is killed every second. */
const SECONDS = Number(process.env.AIOS_CHAOS_SECONDS ?? 60);
/** Of writing before and after, in which no server is killed. */
const QUIET_MS = 3000;
/** In the middle, from the database's crash to its start. */
const AWAY_MS = 1500;

describeCluster('several servers on one PostgreSQL', () => {
  test('lose no acknowledged write and run no job twice, whichever of them is killed', async (context) => {
    const cluster = await startCluster(context);
    const receiver = await openReceiver(undefined, { context });
    const ports = await Promise.all(Array.from({ length: SERVERS }, freePort));
    const targets = ports.map((port) => ({ url: `http://127.0.0.1:${port}` }));
    const servers: (Program | undefined)[] = [];
    let isEnding = false;

    /** Starts a server as often as it takes: one may end while its database is away. */
    async function serve(index: number): Promise<void> {
      servers[index] = undefined;
      while (!isEnding && !servers[index]) {
        const env = { AIOS_DATABASE_URL: cluster.url, AIOS_PORT: String(ports[index]) };
        const program = await launchServing(context, { env });
        if (program.url !== '') servers[index] = program;
        else startsFailed.push(program.stderr());
      }
    }
    context.onTestFinished(() => {
      isEnding = true;
    });

    const startsFailed: string[] = [];
    const fleet = new Fleet(targets, receiver);
    const { seen, jobs, unexpected, hung } = fleet;

    await Promise.all(ports.map((_, index) => serve(index)));
    let isOver = false;
    const writing = Promise.all(
      Array.from({ length: WRITERS }, (_, client) => fleet.write(client, () => isOver)),
    );
    await setTimeout(QUIET_MS);

    const start = performance.now();
    const crash = async () => {
      await setTimeout((SECONDS * 1000) / 2);
      await cluster.stop('immediate');
      await setTimeout(AWAY_MS);
      await cluster.start();
    };
    const restart = crash();
    const starting: Promise<void>[] = [];
    let kills = 0;
    for (let second = 0; second < SECONDS; second++) {
      const index = second % SERVERS;
      const victim = servers[index];
      if (victim) {
        victim.signal('SIGKILL');
        expect(await victim.ended).toBe('SIGKILL');
        kills++;
        starting.push(serve(index));
      }
      await setTimeout(Math.max(0, start + (second + 1) * 1000 - performance.now()));
    }
    await restart;
    await Promise.all(starting);
    // What a killed server's hooks still wait for is called within this time, and not more than once.
    await setTimeout(QUIET_MS);
    const quiet = performance.now();
    await setTimeout(QUIET_MS);
    isOver = true;
    await writing;

    expect({ unexpected, hung }).toEqual({ unexpected: [], hung: [] });
    // One whose database went away as it started.
    for (const reported of startsFailed) expect(reported).toMatch(/^aios-model-server: [^\n]+\n$/);

    const { unanswered, ...findings } = await fleet.verify(targets, cluster.query);
    expect(findings).toEqual({
      ...{ lost: [], withoutOutcome: [], half: [], backAgain: [], twice: [] },
    });
    const { hooked, missing, calledTwice } = await fleet.verifyHooks();
    expect(missing).toEqual([]);
    expect(hooked.some(({ at }) => at > quiet)).toBe(true);
    // It takes a kill between the call and its note.
    expect(calledTwice.filter(({ at }) => at > quiet)).toEqual([]);
    expect(Math.min(kills, seen.repeated)).toBeGreaterThan(0);
    // Each way that a kill can fall was met, where there was the time.
    if (SECONDS >= 60) {
      const { done, undone } = unanswered;
      expect(Math.min(seen.doneBefore, done, undone)).toBeGreaterThan(0);
    }

    report('3-several-servers', {
      fault: `\`kill -9\` every second of one of ${SERVERS} servers on one PostgreSQL under ${WRITERS} writers, and a crash of the database`,
      figures: {
        kills,
        acknowledged: seen.acknowledged,
        'refused with SYS.1010': seen.rejected,
        'cut off': seen.cut,
        lost: findings.lost.length,
        'partly stored': findings.half.length,
        jobs: jobs.length,
        'sent again': seen.repeated,
        'of these executed before': seen.doneBefore,
        'executed twice': findings.twice.length,
        'hooks called': hooked.length,
        'hooks missing': missing.length,
        'hooks called twice': calledTwice.length,
      },
    });
  });
});
