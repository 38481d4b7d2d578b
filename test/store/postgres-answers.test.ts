import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flawedRequest } from '../support/fuzz-flaws.ts';
import { prepare, type Sendable, sendTo, Violation } from '../support/fuzz-judge.ts';
import { allowedRequest } from '../support/fuzz-requests.ts';
import { type HookReceiver, openReceiver } from '../support/hook-receiver.ts';
import { type EntityName, kinds } from '../support/kinds.ts';
import { documentedOperations, PREFIX } from '../support/openapi-document.ts';
import { noResources } from '../support/records.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { openServer, SESSION, type Server } from '../support/server.ts';

/** What `FUZZ_SEED` says, so that a run can be repeated, or by chance. */
const seed = Number(process.env.FUZZ_SEED ?? Math.trunc(Math.random() * 2 ** 31));

/** Uuids in no order, the same each time. */
function scrambledUuids(): () => string {
  let count = 0;
  return () => createHash('md5').update(`${seed} ${count++}`).digest('hex');
}

/** Two servers with the same clock and uuids, and different databases. */
let [onFile, onPostgres]: Server[] = [];
let hook: HookReceiver;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  console.info(`FUZZ_SEED=${seed} repeats these requests`);
  hook = await openReceiver(undefined, { context: { onTestFinished: () => {} } });
  const open = (store: 'sqlite' | 'postgres') =>
    openServer({ store, newUuid: scrambledUuids(), trustProxy: true, isWatched: false });
  [onFile, onPostgres] = [await open('sqlite'), await open('postgres')];
});
afterAll(async () => {
  agent.destroy();
  await onFile?.close();
  await onPostgres?.close();
  await hook.close();
});

function servers(): [Server, Server] {
  if (!onFile || !onPostgres) throw new Error('the servers are not there');
  return [onFile, onPostgres];
}

const advance = (milliseconds: number) => {
  for (const server of servers()) server.advance(milliseconds);
};

/** A response without what differs between servers or moments. */
async function answerOf(server: Server, sent: Sendable) {
  const { status, headers, text } = await sendTo(server.url, sent, agent);
  const { date: _, ...others } = headers;
  return JSON.parse(
    JSON.stringify({ status, headers: others, text }).replaceAll(server.url, 'http://server'),
  ) as { status: number; headers: Record<string, string>; text: string };
}

/** Asks both servers; the answer, or how the two differ. */
async function same(sent: Sendable) {
  const [one, other] = await Promise.all(servers().map((server) => answerOf(server, sent)));
  const request = `${sent.method} ${sent.path} ${sent.payload ?? ''}`;
  expect(other, request.slice(0, 3000)).toEqual(one);
  return one as { status: number; headers: Record<string, string>; text: string };
}

const authorization = `OAuth ${SESSION}`;
const json = { authorization, 'content-type': 'application/json;charset=UTF-8' };
const sameOf = (method: string, path: string, body?: object) =>
  same({
    ...{ method, path: path.startsWith(PREFIX) ? path : PREFIX + path },
    headers: body ? json : { authorization },
    payload: body && JSON.stringify(body),
  });

/** Asks both for a page. */
const samePage = (kind: EntityName, parameters: [string, string][]) =>
  sameOf('GET', `${kinds[kind].path}?${new URLSearchParams(parameters)}`);

async function sameLists(): Promise<void> {
  for (const kind of Object.keys(kinds) as EntityName[]) {
    await samePage(kind, [
      ['replyWithCount', 'true'],
      ['limit', '1000'],
    ]);
  }
}

describe('a server on PostgreSQL answers as one on a file does, byte for byte', () => {
  test('requests for every operation, allowed and not', { timeout: 120_000 }, async () => {
    const [server, other] = servers();
    for (const each of [server, other]) {
      const center = await addModelCenter(each);
      const service = await addModelService(each, { modelCenterUuid: center.uuid });
      await addModel(each, { modelCenterUuid: center.uuid, modelServiceUuids: [service.uuid] });
    }
    const surroundings = { session: SESSION, hook: `${hook.url}/` };
    const any = documentedOperations
      // Asks the process, not the store, how it is.
      .filter(({ path }) => !path.includes('health') && !path.includes('metrics'))
      .flatMap((operation) => [
        { weight: 3, arbitrary: allowedRequest(operation, surroundings) },
        { weight: 1, arbitrary: flawedRequest(operation, surroundings) },
      ]);
    const covered = new Set<string>();
    const requests = fc.sample(fc.oneof(...any), { seed, numRuns: 1200 });
    for (const [index, request] of requests.entries()) {
      if (index % 3 === 0) advance(index % 2 === 0 ? 1 : 700);
      const { payload, ...sent } = prepare(request, server.snapshot(), index);
      const first = await same({ ...sent, payload });
      covered.add(`${request.operation.id} ${first.status < 300}`);
      const location = first.status === 202 && JSON.parse(first.text).location;
      if (location) {
        await sameEnd(new URL(location).pathname);
        covered.add('GetJob true');
      }
      if (index % 100 === 99) await sameLists();
    }
    await sameLists();
    const succeeded = (id: string) => covered.has(`${id} true`);
    expect(documentedOperations.map(({ id }) => id).filter((id) => !succeeded(id))).toEqual([]);
  });

  /** A job's end, which the two may report at different moments. */
  async function sameEnd(path: string): Promise<void> {
    const end = async (server: Server) => {
      for (let polls = 0; polls < 500; polls++) {
        const answer = await answerOf(server, {
          ...{ method: 'GET', path, headers: {}, payload: undefined },
        });
        if (answer.status !== 202) return answer;
      }
      throw new Violation(`the job of ${path} does not end`);
    };
    const [one, other] = await Promise.all(servers().map(end));
    expect(other).toEqual(one);
  }

  test('tags as long as they may be, and patterns with what no text has', {
    timeout: 120_000,
  }, async () => {
    for (const { store } of servers()) await store.replaceResources(noResources);
    const { text } = await sameOf('POST', kinds.ModelCenter.path, {
      param: { name: 'a', url: 'nfs://a', managementIp: '127.0.0.1', managementPort: 1 },
    });
    const { uuid: resourceUuid } = JSON.parse(text).inventory;
    const long = ['a', 'B', 'é', '😀', '\u{10ffff}', '%', '\\'].flatMap((letter) => {
      const full = letter.repeat(Math.floor(4096 / letter.length));
      return [full, `${full.slice(0, -2)}zZ`, full.slice(0, full.length / 2)];
    });
    const short = ['', ' ', 'İi', 'ß', 'SS', 'ſ', 'e\u0301', 'é', '\u0001', '\ufeff', 'a\tb'];
    for (const kind of ['user-tags', 'system-tags']) {
      for (const tag of [...long, ...short, ...long]) {
        const params = { resourceType: 'ModelCenterVO', resourceUuid, tag };
        await sameOf('POST', `/v1/${kind}`, { params });
      }
    }
    await sameLists();
    const patterns = [
      ...[...long, ...short].flatMap((tag) => [`${tag.slice(0, 500)}%`, `%${tag.slice(-300)}`]),
      ...['\\', '%\\', '\\%', '\\\\%', '_', '__', '%_%', '\0', 'a\0', '%\0%', '\ud800'],
    ];
    for (const pattern of patterns) {
      for (const operator of ['~=', '!~=', '=', '<', '>=', '!?=']) {
        await samePage('UserTag', [
          ['q', `tag${operator}${pattern}`],
          ['fields', 'tag'],
        ]);
      }
    }
  });
});
