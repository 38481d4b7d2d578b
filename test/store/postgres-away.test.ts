import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { describePostgres } from '../support/postgres.ts';
import { type Cluster, describeCluster, startCluster } from '../support/postgres-cluster.ts';
import { launchServing, type Program } from '../support/process.ts';
import {
  addService,
  call,
  type ProgramAnswer,
  serviceNames,
  untilHealthy,
} from '../support/program-calls.ts';
import { newUuid } from '../support/records.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';

/** The limit for a rejection without a listener, in milliseconds. */
const AT_ONCE_MS = 2000;
/**
 * The limit for a free connection, for a lock (in the queue, then of its holder), for a
 * statement's answer, and for the outcome of a COMMIT.
 */
const LIMIT_MS = { connection: 5000, lock: 2 * 5000, answer: 35_000, settling: 15_000 };
/** A margin for a busy machine. */
const SLACK_MS = 3000;

/** What a server says that is started before its database. */
const WAITING = 'the database is not there yet, waiting for it';
const PROGRAM = `"${process.execPath}" "${resolve('dist/main.js')}"`;
/** Waits until the program has said that it waits. */
const UNTIL_WAITING = `until grep -q '${WAITING}' log; do sleep 0.1; done`;
/** Starts the program, and has it stop while it waits. */
const STOPPED_SOON = `touch log; ${PROGRAM} > log & ${UNTIL_WAITING}; kill $!; wait $!; ended=$?; cat log; exit $ended`;

interface Served {
  cluster: Cluster;
  program: Program;
}

async function served(context: Finishing, env: Record<string, string> = {}): Promise<Served> {
  const cluster = await startCluster(context);
  const program = await launchServing(context, {
    env: { AIOS_DATABASE_URL: cluster.url, ...env },
  });
  return { cluster, program };
}

const health = (program: Program) => call(program, 'GET', '/_aios/health');
const live = (program: Program) => call(program, 'GET', '/_aios/live');

async function serviceUuid(program: Program, name: string): Promise<string> {
  const { status, body } = await addService(program, name);
  expect(status).toBe(200);
  return body.inventory.uuid;
}

const rename = (program: Program, uuid: string, name: string) =>
  call(program, 'PUT', `${API}/model-services/${uuid}`, { updateModelService: { name } });

const asJob = (program: Program, name: string, uuid = newUuid()) =>
  call(
    program,
    'POST',
    `${API}/model-services`,
    { param: { ...requiredServiceParams, name } },
    { 'X-Job-UUID': uuid },
  );

/** Requests of every kind. */
function everything(program: Program, uuid: string): Promise<ProgramAnswer>[] {
  return [
    addService(program, 'while it is away'),
    rename(program, uuid, 'changed'),
    call(program, 'DELETE', `${API}/model-services/${newUuid()}`),
    call(program, 'POST', `${ROOT}/user-tags`, {
      params: { resourceType: 'ModelServiceVO', resourceUuid: uuid, tag: 'a tag' },
    }),
    asJob(program, 'as a job'),
    call(program, 'GET', `${API}/model-services/${uuid}`),
    call(program, 'GET', `${API}/models?q=name=nobody`),
    call(program, 'GET', `${API}/models?count=true`),
    call(program, 'GET', `${ROOT}/api-jobs/${newUuid()}`),
    health(program),
  ];
}

function expectRejected(answers: readonly ProgramAnswer[], limitMs: number): void {
  for (const { status, body, retryAfter, milliseconds } of answers) {
    expect({ status, code: body.error?.code, retryAfter }).toEqual({
      ...{ status: 503, code: 'SYS.1010', retryAfter: '1' },
    });
    expect(milliseconds).toBeLessThan(limitMs);
  }
}

describePostgres('PostgreSQL under a running server', () => {
  describeCluster('of its own', { concurrent: true, timeout: 180_000 }, () => {
    test('may stop and crash: the server rejects requests at once, stays up, and recovers by itself', async (context) => {
      const { cluster, program } = await served(context);
      const uuid = await serviceUuid(program, 'before');
      const names = ['before'];
      for (const how of ['fast', 'immediate'] as const) {
        await cluster.stop(how);
        expectRejected(await Promise.all(everything(program, uuid)), AT_ONCE_MS);
        expect(await live(program)).toMatchObject({ status: 200, body: { status: 'live' } });
        await cluster.start();
        await untilHealthy(program, 2);
        const after = await serviceUuid(program, `after ${how}`);
        expect(await call(program, 'GET', `${API}/model-services/${after}`)).toMatchObject({
          status: 200,
        });
        names.push(`after ${how}`);
      }
      expect(await serviceNames(program)).toEqual(names);
      program.signal('SIGTERM');
      expect(await program.ended).toBe(0);
    });

    test('may cut all connections: no read fails and no acknowledged write is lost', async (context) => {
      const { cluster, program } = await served(context);
      const uuid = await serviceUuid(program, 'first');
      const stored = ['first'];
      const rejected: ProgramAnswer[] = [];
      for (let round = 0; round < 15; round++) {
        const reads = Array.from({ length: 20 }, () =>
          call(program, 'GET', `${API}/model-services/${uuid}`),
        );
        const writes = Array.from({ length: 10 }, async (_, index) => {
          const name = `${round} ${index}`;
          const answer = await addService(program, name);
          if (answer.status === 200) stored.push(name);
          else rejected.push(answer);
        });
        await setTimeout(round);
        await cluster.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND client_port IS NOT NULL',
        );
        const more = call(program, 'GET', `${API}/models?count=true`);
        for (const answer of await Promise.all([...reads, more])) expect(answer.status).toBe(200);
        await Promise.all(writes);
      }
      expectRejected(rejected, AT_ONCE_MS);
      const names = await serviceNames(program);
      expect(stored.filter((name) => !names.includes(name))).toEqual([]);
      expect(stored.length).toBeGreaterThan(15);
      expect((await addService(program, 'last')).status).toBe(200);
    });

    test('may accept connections and answer nothing: requests are rejected in the end', async (context) => {
      const { cluster, program } = await served(context);
      const env = { AIOS_DATABASE_URL: cluster.url };
      const soleQuery = await launchServing(context, { env });
      const uuid = await serviceUuid(program, 'before');
      // So that there are connections to be used.
      for (const server of [program, soleQuery]) {
        await Promise.all(Array.from({ length: 20 }, () => serviceNames(server)));
      }
      await cluster.freeze();
      const asked = Promise.all([
        ...everything(program, uuid),
        // Its further connections don't answer either.
        asJob(soleQuery, 'alone'),
      ]);
      const late = launchServing(context, { env });
      await setTimeout(500);
      expect(await live(program)).toMatchObject({ status: 200 });
      const start = performance.now();
      const { connection, answer, settling } = LIMIT_MS;
      expectRejected(await asked, connection + answer + settling + SLACK_MS);
      const { url, ended, stderr } = await late;
      expect(url).toBe('');
      expect(await ended).toBe(1);
      expect(stderr()).toMatch(
        /^aios-model-server: The database [^\n]+ can't be used: [^\n]+\.\n$/,
      );
      expect(performance.now() - start).toBeLessThan(connection + answer + settling + SLACK_MS);
      // Nobody waits for the connections that were found to be dead.
      expectRejected([await addService(program, 'later')], connection + SLACK_MS);
      cluster.thaw();
      await untilHealthy(program, 2);
      expect((await addService(program, 'after')).status).toBe(200);
      expect(await serviceNames(program)).toEqual(expect.arrayContaining(['after']));
    });

    test('may start after its server, which waits for it', async (context) => {
      const cluster = await startCluster(context);
      await cluster.stop();
      let program: Program | undefined;
      const cwd = temporaryFolder(context);
      const command: [string, ...string[]] = ['sh', '-c', `${PROGRAM} | tee log`];
      const env = { AIOS_DATABASE_URL: cluster.url };
      const launching = launchServing(context, { command, cwd, env }).then((launched) => {
        program = launched;
        return launched;
      });
      execFileSync('timeout', ['60', 'sh', '-c', `touch log; ${UNTIL_WAITING}`], { cwd });
      await setTimeout(1000);
      expect(program).toBeUndefined();
      await cluster.start();
      expect(await addService(await launching, 'first')).toMatchObject({ status: 200 });
      const reported = (await launching).log().map(({ msg }) => msg);
      expect(reported.filter((msg) => msg === WAITING)).toHaveLength(1);
    });

    test('does not delay a server that is to stop', async (context) => {
      const url = `postgres://postgres:secret@127.0.0.1:${await freePort()}/postgres`;
      const start = performance.now();
      const command: [string, ...string[]] = ['sh', '-c', STOPPED_SOON];
      const program = await launchServing(context, { command, env: { AIOS_DATABASE_URL: url } });
      expect(await program.ended).toBe(1);
      expect(program.log().map(({ msg }) => msg)).toEqual([WAITING, 'SIGTERM received, stopping']);
      expect(program.stdout()).not.toContain('secret');
      expect(program.stderr()).toMatch(/^aios-model-server: The database [^\n]+ can't be used: /);
      expect(performance.now() - start).toBeLessThan(6000);
    });

    test('may never start: its server ends with a sentence', async (context) => {
      const url = `postgres://postgres:secret@127.0.0.1:${await freePort()}/postgres`;
      const start = performance.now();
      const program = await launchServing(context, { env: { AIOS_DATABASE_URL: url } });
      expect(await program.ended).toBe(1);
      expect(program.stderr()).toMatch(
        /^aios-model-server: The database 127\.0\.0\.1:\d+\/postgres can't be used: [^\n]+\.\n$/,
      );
      expect(program.stderr()).not.toContain('secret');
      const seconds = (performance.now() - start) / 1000;
      expect(seconds).toBeGreaterThan(25);
      expect(seconds).toBeLessThan(45);
    });

    test('has fewer connections than there are requests: all are answered', async (context) => {
      const { program } = await served(context, { AIOS_DATABASE_CONNECTIONS: '3' });
      const names = Array.from({ length: 100 }, (_, index) => `service ${index}`);
      const writes = await Promise.all(names.map((name) => addService(program, name)));
      expect(writes.map(({ status }) => status)).toEqual(Array(100).fill(200));
      const reads = await Promise.all(names.map(() => serviceNames(program)));
      for (const read of reads) expect(read.toSorted()).toEqual(names.toSorted());
    });

    test('has all connections in use for long: further requests are rejected until one is free', async (context) => {
      const { cluster, program } = await served(context, { AIOS_DATABASE_CONNECTIONS: '3' });
      const uuid = await serviceUuid(program, 'locked');
      const other = new pg.Client(cluster.url);
      await other.connect();
      context.onTestFinished(() => other.end());
      await other.query('BEGIN');
      await other.query(`SELECT 1 FROM resources WHERE uuid = '${uuid}' FOR UPDATE`);
      const renames = (names: string[]) => names.map((name) => rename(program, uuid, name));
      const first = renames(['one', 'two']);
      await setTimeout(2500);
      // They get the connections of the first, before later requests.
      const second = renames(['three', 'four', 'five', 'six']);
      await setTimeout(500);
      const waiting = [call(program, 'GET', `${API}/models/${uuid}`), addService(program, 'waits')];
      // Lists and counts have connections of their own.
      expect(await serviceNames(program)).toEqual(['locked']);
      // The database is up, so clients of this server can continue.
      for (const probe of [live, health]) {
        const { status, milliseconds } = await probe(program);
        expect(status).toBe(200);
        expect(milliseconds).toBeLessThan(AT_ONCE_MS);
      }
      const { connection, lock } = LIMIT_MS;
      expectRejected(await Promise.all(waiting), connection + SLACK_MS);
      expectRejected(await Promise.all(first), lock + SLACK_MS);
      expectRejected(await Promise.all(second), connection + lock + SLACK_MS);
      await other.query('ROLLBACK');
      expect((await rename(program, uuid, 'three')).status).toBe(200);
      expect((await addService(program, 'after')).status).toBe(200);
    });
  });
});
