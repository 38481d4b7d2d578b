import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { newUuid } from '../support/records.ts';
import { addModelService } from '../support/resources.ts';
import { API, openServer, ROOT, type Server, START } from '../support/server.ts';

const SERVICES = 10_000;
/** Clients that insert and delete, each as fast as it is answered. */
const WRITERS = 3;
/** How far apart, in milliseconds, the ages of services are at most: less than a session lasts. */
const AGES = 60_000;

const PATH = `${API}/model-services`;

/** A number from 0 up to a limit. */
const random = (limit: number) => Math.floor(Math.random() * limit);
/** Few enough that many are the same, in either case, and with neighbours that come and go. */
const randomName = () => `${Math.random() < 0.5 ? 'Service' : 'service'} ${random(3000)}`;

/** A server with so many services of mixed names and ages, and their uuids. */
async function fullServer(): Promise<{ server: Server; uuids: string[] }> {
  // New ones are as old as any: they come in between, whichever way a list is sorted.
  const server = await openServer({ clock: () => START + random(AGES) });
  const template = await addModelService(server);
  const client = new Database(server.database);
  const columns = Object.keys(server.rows('model_services')[0] as object);
  const changed = ['uuid', 'name', 'create_date', 'last_op_date'];
  const values = columns.map((name) => (changed.includes(name) ? `@${name}` : name));
  const resource = client.prepare(
    "INSERT INTO resources (uuid, type) VALUES (?, 'ModelServiceVO')",
  );
  const service = client.prepare(
    `INSERT INTO model_services (${columns}) SELECT ${values} FROM model_services WHERE uuid = @template`,
  );
  const uuids = Array.from({ length: SERVICES }, () => newUuid());
  client.transaction(() => {
    for (const uuid of uuids) {
      const create_date = START + random(AGES);
      resource.run(uuid);
      service.run({
        uuid,
        name: randomName(),
        create_date,
        last_op_date: create_date + random(AGES),
        template: template.uuid,
      });
    }
  })();
  client.close();
  await server.delete(`${PATH}/${template.uuid}`);
  return { server, uuids };
}

async function logIn(server: Server): Promise<string> {
  const password = createHash('sha512').update('password').digest('hex');
  const { body } = await server.put(
    `${ROOT}/accounts/login`,
    { logInByAccount: { accountName: 'admin', password } },
    { session: null },
  );
  return body.inventory.uuid;
}

interface Churn {
  /** Deleted, or about to be. */
  gone: Set<string>;
  added: number;
  /** Stops, when what is on its way is done. */
  stop(): Promise<void>;
}

/** Clients that insert and delete at random, the services named and their own. */
function churn(server: Server, uuids: readonly string[]): Churn {
  const gone = new Set<string>();
  let going = true;
  let added = 0;
  const own: string[] = [];
  const writer = async () => {
    while (going) {
      if (Math.random() < 0.5) {
        const { uuid } = await addModelService(server, { name: randomName() });
        own.push(uuid);
        added++;
      } else {
        const among = Math.random() < 0.5 ? uuids : own;
        const uuid = among[random(among.length)];
        if (uuid === undefined) continue;
        gone.add(uuid);
        expect((await server.delete(`${PATH}/${uuid}`)).status).toBe(200);
      }
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, writer));
  // Told of when they are stopped.
  writers.catch(() => {});
  return {
    gone,
    get added() {
      return added;
    },
    stop: async () => {
      going = false;
      await writers;
    },
  };
}

/** The uuids of all pages, as a client reads them that goes on until a page is not full. */
async function readAll(server: Server, parameters: string, limit: number): Promise<string[]> {
  const session = await logIn(server);
  const seen: string[] = [];
  for (;;) {
    const { status, body } = await server.get(
      `${PATH}?limit=${limit}&start=${seen.length}${parameters}`,
      { session },
    );
    expect(status).toBe(200);
    const { inventories } = body as { inventories: { uuid: string }[] };
    seen.push(...inventories.map(({ uuid }) => uuid));
    if (inventories.length < limit) return seen;
  }
}

describe('ten thousand services that others insert and delete meanwhile', () => {
  let server: Server;
  let uuids: string[];
  beforeAll(async () => {
    ({ server, uuids } = await fullServer());
    return () => server.close();
  });

  test.each([
    ['unsorted', '', 100],
    ['unsorted, in small pages', '&fields=uuid', 37],
    ['by name', '&sort=name', 100],
    ['by name, in small pages', '&sort=%2Bname&fields=name,uuid', 37],
    ['the newest first', '&sort=-createDate', 100],
    ['the newest first, in small pages', '&sort=-createDate&fields=uuid,size', 37],
    ['by a condition', `&q=name~=service%25&sort=-lastOpDate`, 100],
  ])('are read %s: none twice, and every one that stays', async (_, parameters, limit) => {
    const before = new Set(uuids);
    const writers = churn(server, uuids);

    const seen = await readAll(server, parameters, limit).finally(writers.stop);

    uuids = uuids.filter((uuid) => !writers.gone.has(uuid));
    expect(seen.length - new Set(seen).size).toBe(0);
    const found = new Set(seen);
    expect(uuids.filter((uuid) => !found.has(uuid))).toEqual([]);
    // Else nothing would have been shown.
    expect(uuids.length).toBeGreaterThan(SERVICES / 4);
    expect(before.size - uuids.length).toBeGreaterThan(10);
    expect(writers.added).toBeGreaterThan(10);
    expect(seen.some((uuid) => !before.has(uuid))).toBe(true);
  });
});
