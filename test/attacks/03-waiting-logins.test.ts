import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { credentials, digestOf, LOGIN } from '../support/logins.ts';
import { launchServing } from '../support/process.ts';
import { call, type ProgramAnswer } from '../support/program-calls.ts';
import { rawRequest } from '../support/raw-http.ts';
import { API } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures } from './attack.ts';

const PASSWORD = 'correct horse battery staple';
/** More than the limit of requests in flight. */
const CONNECTIONS = 2500;
const NETWORKS = 16;
/** A network that has logged in before. */
const KNOWN = '198.51.100.7';

test('waiting logins of 16 networks keep out neither sessions nor health checks', async (context) => {
  const env = { AIOS_ADMIN_PASSWORD: PASSWORD, AIOS_TRUST_PROXY: 'true' };
  const program = await launchServing(context, { env });
  const logIn = (address: string, password: string) =>
    call(program, 'PUT', LOGIN, credentials(digestOf(password)), { 'x-forwarded-for': address });
  const read = () => call(program, 'GET', `${API}/models?limit=1`);
  const check = () => call(program, 'GET', '/_aios/health');
  const logInAgain = () => logIn(KNOWN, PASSWORD);
  // Their connections stay open: new ones would wait behind those of the attack.
  for (const { status } of await Promise.all([read(), check(), logInAgain()])) {
    expect(status).toBe(200);
  }

  const codes = new Map<string, number>();
  const { hostname, port } = new URL(program.url);
  for (let connection = 0; connection < CONNECTIONS; connection++) {
    const body = JSON.stringify(credentials(digestOf(`guess ${connection}`)));
    const headers = {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'x-forwarded-for': `203.0.113.${connection % NETWORKS}`,
    };
    const guess = rawRequest('PUT', LOGIN, headers, body);
    const socket = connect({ host: hostname, port: Number(port) });
    context.onTestFinished(() => void socket.destroy());
    socket
      .on('error', (error) => codes.set(error.message, 1))
      .on('data', async (answer) => {
        const [, status, details] =
          /^HTTP\/1.1 (\d+).*"details":"([^",]+)/s.exec(String(answer)) ?? [];
        const key = `${status} ${details}`;
        codes.set(key, (codes.get(key) ?? 0) + 1);
        await setTimeout(20_000);
        if (!socket.destroyed) socket.write(guess);
      });
    socket.on('connect', () => socket.write(guess));
    // The server's queue of new connections is shorter.
    if (connection % 100 === 99) await once(socket, 'connect');
  }
  const end = performance.now() + ATTACK_SECONDS * 1000;
  const repeat = async (pause: number, send: () => Promise<ProgramAnswer>) => {
    const answers: ProgramAnswer[] = [];
    while (performance.now() < end) {
      answers.push(await send());
      await setTimeout(pause);
    }
    return answers;
  };
  const [reads, checks, logins] = await Promise.all([
    repeat(10, read),
    repeat(10, check),
    repeat(100, logInAgain),
  ]);

  const rejected = (answers: ProgramAnswer[]) => answers.filter(({ status }) => status !== 200);
  printFigures('waiting logins', {
    ...Object.fromEntries([...codes].map(([key, count]) => [`guesses answered ${key}`, count])),
    'requests of a session': reads.length,
    'of them rejected': rejected(reads).length,
    'health checks': checks.length,
    'rejected health checks': rejected(checks).length,
    'logins of a known network': logins.length,
    'rejected logins of it': rejected(logins).length,
    'slowest of them, ms': Math.round(Math.max(...logins.map(({ milliseconds }) => milliseconds))),
  });
  for (const answers of [reads, checks, logins]) {
    expect(answers.length).toBeGreaterThan(0);
    expect(rejected(answers)).toEqual([]);
  }
});
