import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { launchServing, type Program } from '../support/process.ts';
import { call, percentile } from '../support/program-calls.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';

const SECONDS = Number(process.env.AIOS_SOAK_SECONDS ?? 600);
const CLIENTS = 16;
/** Services of each client; each new one replaces the oldest. */
const STORED_ROWS = 200;
const SAMPLE_MS = 1000;
const MB = 1024 * 1024;
/** Until memory and files have the size that this load needs. */
const WARM_UP = 0.4;

interface Sample {
  rss: number;
  file: number;
  log: number;
}

test('memory and files do not grow under a mixed load', async (context) => {
  const program = await launchServing(context);
  const end = performance.now() + SECONDS * 1000;
  const counts = { requests: 0, failed: 0 };
  const times: number[] = [];
  const send = async (method: string, path: string, body?: object) => {
    const answer = await call(program, method, path, body);
    counts.requests++;
    if (answer.status !== 200) counts.failed++;
    if (counts.requests % 100 === 0) times.push(answer.milliseconds);
    return answer;
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => work(send, client, end));
  const samples: Sample[] = [];
  while (performance.now() < end) {
    await setTimeout(SAMPLE_MS);
    samples.push(sampleOf(program));
  }
  await Promise.all(clients);

  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const half = Math.floor(warm.length / 2);
  const median = (part: Sample[], of: keyof Sample) =>
    percentile(
      part.map((sample) => sample[of]),
      50,
    );
  const growth = (of: keyof Sample) =>
    median(warm.slice(half), of) / median(warm.slice(0, half), of);
  const most = (of: keyof Sample) => Math.max(...samples.map((sample) => sample[of]));
  expect(counts.failed).toBe(0);
  report('9-soak', {
    fault: `a mixed load of ${CLIENTS} clients`,
    figures: {
      seconds: SECONDS,
      requests: counts.requests,
      'unexpected answers': counts.failed,
      'p99, ms': Math.ceil(percentile(times, 99)),
      'peak RSS, MB': Math.ceil(most('rss') / MB),
      'growth of RSS, %': percent(growth('rss')),
      'growth of the file, %': percent(growth('file')),
      'largest WAL, MB': Math.ceil(most('log') / MB),
    },
  });
  expect(growth('rss')).toBeLessThan(1.1);
  expect(growth('file')).toBeLessThan(1.02);
  expect(most('log')).toBeLessThan(100 * MB);
});

const percent = (ratio: number) => Math.round((ratio - 1) * 1000) / 10;

/** What one client does until the end: as much as it adds it deletes. */
async function work(
  send: (method: string, path: string, body?: object) => ReturnType<typeof call>,
  client: number,
  end: number,
): Promise<void> {
  const uuids: string[] = [];
  const services = `${API}/model-services`;
  for (let number = 0; performance.now() < end; number++) {
    const param = { ...requiredServiceParams, name: `soak ${client} ${number}` };
    const images = [{ cpuArchitecture: 'x86_64', dockerImage: `image ${number}` }];
    const { body } = await send('POST', services, {
      param: { ...param, yaml: 'y'.repeat(1000 + (number % 50) * 200), architectureImages: images },
    });
    uuids.push(body.inventory.uuid);
    const [uuid] = uuids;
    await send('GET', `${services}/${uuid}`);
    await send('PUT', `${services}/${uuid}`, { updateModelService: { description: `${number}` } });
    await send('GET', `${services}?q=name=soak ${client} ${number}`);
    if (number % 5 === 0) await send('GET', `${services}?limit=100&sort=-createDate`);
    if (number % 20 === 0) await send('GET', `${services}?q=yaml~=%25z%25&limit=20`);
    if (number % 20 === 10) await logInAndOut(send);
    if (uuids.length > STORED_ROWS) await send('DELETE', `${services}/${uuids.shift()}`);
  }
}

async function logInAndOut(
  send: (method: string, path: string, body?: object) => ReturnType<typeof call>,
): Promise<void> {
  const { body } = await send('PUT', `${ROOT}/accounts/login`, {
    logInByAccount: { accountName: 'admin', password: PASSWORD_HASH },
  });
  await send('DELETE', `${ROOT}/accounts/sessions/${body.inventory.uuid}`);
}

/** SHA-512 of `password`, as clients send it. */
const PASSWORD_HASH =
  'b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86';

function sampleOf({ pid, cwd }: Program): Sample {
  const [, kilobytes] = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  const file = join(cwd, 'data/aios.db');
  return {
    rss: Number(kilobytes) * 1024,
    file: statSync(file).size,
    log: statSync(`${file}-wal`).size,
  };
}
