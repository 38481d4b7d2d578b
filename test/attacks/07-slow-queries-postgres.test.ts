import { expect, test } from 'vitest';
import { describePostgres, postgresDatabase } from '../support/postgres.ts';
import { launchServing } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';
import { API } from '../support/server.ts';
import { ATTACK_SECONDS, measureLatency, printFigures, whileRunning } from './attack.ts';

const SERVICES = `${API}/model-services`;
const SLOW_QUERIES = 12;
/** PostgreSQL compares it with each long text for a second or more. */
const PATTERN = `%${'y'.repeat(100)}z%`;

describePostgres('slow queries on PostgreSQL', () => {
  test('take no connection from others', { retry: 2 }, async (context) => {
    const AIOS_DATABASE_URL = await postgresDatabase(context);
    const program = await launchServing(context, { env: { AIOS_DATABASE_URL } });
    for (let count = 0; count < 20; count++) await addService(program, 'long', 2_000_000);
    const { uuid } = (await addService(program, 'short')).body.inventory;
    const get = () => call(program, 'GET', `${SERVICES}/${uuid}?fields=name`);
    const condition = `q=${encodeURIComponent(`yaml!~=${PATTERN}`)}`;
    const outcomes = new Map<string, number>();
    const slow = async () => {
      const { status, body } = await call(program, 'GET', `${SERVICES}?count=true&${condition}`);
      const outcome = `${status} ${body.error?.code ?? ''}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };

    const before = await measureLatency(get, ATTACK_SECONDS / 2);
    const during = await whileRunning(Array(SLOW_QUERIES).fill(slow), () =>
      measureLatency(get, Math.max(ATTACK_SECONDS, 7)),
    );
    const figures = { 'p99 before': before, 'p99 during': during, ...Object.fromEntries(outcomes) };
    printFigures('slow queries on PostgreSQL', figures);
    expect(during).toBeLessThan(Math.max(200, 4 * before));
    expect([...outcomes.keys()]).toContain('400 SYS.1007');
  });
});
