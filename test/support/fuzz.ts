import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { flawedRequest } from './fuzz-flaws.ts';
import { Judge, Violation } from './fuzz-judge.ts';
import { allowedRequest, type FuzzRequest } from './fuzz-requests.ts';
import { type HookReceiver, openReceiver } from './hook-receiver.ts';
import { beginSession } from './logins.ts';
import { type DocumentedOperation, documentedOperations } from './openapi-document.ts';
import { addModel, addModelCenter, addModelService, createDataset } from './resources.ts';
import { openServer, ROOT, SESSION, type Server } from './server.ts';
import { isOnPostgres } from './server-database.ts';

/** What `FUZZ_SEED` says, so that a run can be repeated, or by chance. */
const seed = Number(process.env.FUZZ_SEED ?? Math.trunc(Math.random() * 2 ** 31));

interface Extent {
  /** Requests for each operation; a third is allowed, the others are flawed. */
  requests: number;
  /** Sequences of requests over all operations. */
  sequences: number;
  /** Most requests of a sequence. */
  length: number;
}

/**
 * Declares tests that send requests which the document allows or narrowly forbids, and judge
 * every answer by the document. `FUZZ_RUNS` multiplies how many are sent.
 */
export function fuzz({ requests, sequences, length }: Extent): void {
  const times = Number(process.env.FUZZ_RUNS ?? 1);
  const timeout = 60_000 * Math.max(1, times);
  let server: Server;
  let judge: Judge;
  let rows: StoredRows;
  let hook: HookReceiver;

  beforeAll(async () => {
    console.info(`FUZZ_SEED=${seed} FUZZ_RUNS=${times} repeats these requests`);
    hook = await openReceiver(undefined, { context: { onTestFinished: () => {} } });
    // Each request seems to be another client's: failed logins count by address.
    server = await openServer({ trustProxy: true });
    await populate(server);
    // So that dates that move are seen to.
    server.advance(1000);
    rows = saveRows(server);
    judge = new Judge(server, SESSION);
  });
  afterAll(async () => {
    judge.close();
    rows.close();
    await server.close();
    await hook.close();
  });

  /** Made once: there are hundreds of flaws. */
  const made = new Map<string, Record<'allowed' | 'flawed', fc.Arbitrary<FuzzRequest>>>();
  function requestsOf(operation: DocumentedOperation) {
    const surroundings = { session: SESSION, hook: `${hook.url}/` };
    const arbitraries = made.get(operation.id) ?? {
      allowed: allowedRequest(operation, surroundings),
      flawed: flawedRequest(operation, surroundings),
    };
    made.set(operation.id, arbitraries);
    return arbitraries;
  }

  async function check(arbitrary: fc.Arbitrary<FuzzRequest[]>, numRuns: number): Promise<void> {
    const property = fc.asyncProperty(arbitrary, async (sequence) => {
      await rows.reset();
      const before: string[] = [];
      for (const request of sequence) {
        try {
          before.push(await judge.judge(request));
        } catch (error) {
          if (!(error instanceof Violation) || before.length === 0) throw error;
          throw new Violation(`${error.message}\nafter: ${before.join('\n       ')}`);
        }
      }
    });
    const result = await fc.check(property, { seed, numRuns });
    if (!result.failed) return;
    const { errorInstance, numShrinks, counterexamplePath } = result;
    const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    throw new Error(
      `${reason}\nFUZZ_SEED=${seed} FUZZ_RUNS=${times} repeats it ` +
        `(shrunk ${numShrinks} times, path ${counterexamplePath})`,
    );
  }

  describe('of each operation, what the document allows is done, and nothing else', () => {
    test.each(documentedOperations.map((operation) => [operation.id, operation] as const))(
      '%s',
      async (_id, operation) => {
        const { allowed, flawed } = requestsOf(operation);
        const one = (arbitrary: fc.Arbitrary<FuzzRequest>) => arbitrary.map((each) => [each]);
        await check(one(allowed), Math.ceil((requests * times) / 3));
        await check(one(flawed), Math.ceil((requests * times * 2) / 3));
      },
      timeout,
    );
  });

  test(
    'the same holds of all operations in any order',
    async () => {
      const any = documentedOperations.map(requestsOf).flatMap(({ allowed, flawed }) => [
        { weight: 3, arbitrary: allowed },
        { weight: 1, arbitrary: flawed },
      ]);
      await check(
        fc.array(fc.oneof(...any), { minLength: 2, maxLength: length, size: 'max' }),
        sequences * times,
      );
    },
    timeout,
  );
}

/** Something of each kind for requests to refer to. */
async function populate(server: Server): Promise<void> {
  const center = await addModelCenter(server);
  await addModelCenter(server);
  const yaml = 'services:\n  - name: a # comment\n';
  const service = await addModelService(server, { yaml, modelCenterUuid: center.uuid });
  await addModelService(server, {
    yaml,
    architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'a' }],
    vendorToSpecUuidsMap: { NVIDIA: ['a'] },
  });
  const model = await addModel(server, {
    modelCenterUuid: center.uuid,
    modelServiceUuids: [service.uuid],
  });
  await addModel(server);
  for (const name of ['a', 'b'])
    await createDataset(server, { name, modelCenterUuid: center.uuid });
  for (const kind of ['user-tags', 'system-tags']) {
    for (const tag of ['a', 'b']) {
      const params = { resourceType: 'ModelVO', resourceUuid: model.uuid, tag };
      await server.post(`${ROOT}/${kind}`, { params });
    }
  }
  await beginSession(server);
  const headers = { 'X-Job-UUID': '0123456789abcdef0123456789abcdef' };
  await server.delete(`${ROOT}/tags/${model.uuid}`, undefined, { headers });
  await server.put(`${ROOT}/ai/models/nothing`, {}, { headers: { Prefer: 'respond-async' } });
}

interface StoredRows {
  reset(): Promise<void> | void;
  close(): void;
}

/**
 * Keeps the rows there are now: putting them back takes less time than another server for each
 * sequence.
 */
function saveRows(server: Server): StoredRows {
  if (isOnPostgres) return savePostgresRows(server);
  const client = new Database(server.database);
  client.pragma('foreign_keys = OFF');
  const tables = Object.entries(server.snapshot()).map(([table, contents]) => ({
    clear: client.prepare(`DELETE FROM "${table}"`),
    inserts: (contents as Record<string, unknown>[]).map((row) => {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const places = names.map(() => '?');
      const statement = client.prepare(`INSERT INTO "${table}" (${names}) VALUES (${places})`);
      return () => statement.run(Object.values(row));
    }),
  }));
  const reset = client.transaction(() => {
    for (const { clear, inserts } of tables) {
      clear.run();
      for (const insert of inserts) insert();
    }
  });
  return { reset, close: () => void client.close() };
}

/** The tables of PostgreSQL, each behind those that it refers to. */
const POSTGRES_TABLES = [
  ...['resources', 'model_centers', 'models', 'model_services', 'model_service_images'],
  ...['model_service_refs', 'tags', 'passwords', 'sessions', 'jobs', 'hooks'],
];

function savePostgresRows(server: Server): StoredRows {
  const snapshot = server.snapshot();
  const clear = POSTGRES_TABLES.toReversed().map((table) => `DELETE FROM ${table};`);
  const fill = POSTGRES_TABLES.map(
    (table) => `INSERT INTO ${table} SELECT *
      FROM json_populate_recordset(NULL::${table}, $rows$${JSON.stringify(snapshot[table])}$rows$);`,
  );
  // The server may be about to call one: where both wait for each other's rows, PostgreSQL ends either.
  const statements = ['LOCK TABLE hooks;', ...clear, ...fill].join('\n');
  return { reset: () => server.execute(statements), close: () => {} };
}
