import { expect, test } from 'vitest';
import { launchServing } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';
import { API, SESSION } from '../support/server.ts';
import { ATTACK_SECONDS, measureLatency, printFigures, whileRunning } from './attack.ts';

/** SQLite compares it with the long text at each of its letters. */
const PATTERN = `%${'y'.repeat(120)}z%`;
const SERVICES = `${API}/model-services`;

/** The session of the attacker. */
const ATTACKER = 'c86c9016b4f24953a9edefb53ca0678c';

test('queries of patterns on a text of 6.7 MB delay nobody else', {
  retry: 2,
}, async (context) => {
  const program = await launchServing(context, { env: { AIOS_SESSION: `${SESSION},${ATTACKER}` } });
  const { uuid } = (await addService(program, 'long', 6_700_000)).body.inventory;
  const short = (await addService(program, 'short')).body.inventory.uuid;
  const condition = `q=${encodeURIComponent(`yaml!~=${PATTERN}`)}`;
  const attack = async (conditions: number, others = '') => {
    const query = Array.from({ length: conditions }, () => condition).join('&') + others;
    const path = `${SERVICES}?count=true&${query}`;
    return call(program, 'GET', path, undefined, { authorization: `OAuth ${ATTACKER}` });
  };
  const get = () => call(program, 'GET', `${SERVICES}/${short}?fields=name`);
  const scan = () => call(program, 'GET', `${SERVICES}?count=true&q=description~=%25none%25`);

  const before = await measureLatency(get, ATTACK_SECONDS / 2);
  const attacks: number[] = [];
  const scans: number[] = [];
  const repeat = (conditions: number, others?: string) => async () =>
    void attacks.push((await attack(conditions, others)).status);
  const during = await whileRunning(
    [
      repeat(31),
      ...[8, 8, 8].map((conditions) => repeat(conditions)),
      repeat(8, `&q=uuid=${uuid}`),
      async () => void scans.push((await scan()).status),
    ],
    () => measureLatency(get, ATTACK_SECONDS),
  );
  const failed = scans.filter((status) => status !== 200).length;
  const rejected = attacks.filter((status) => status !== 200).length;
  const figures = { 'p99 before': before, 'p99 during': during, scans: scans.length, failed };
  printFigures('patterns', { ...figures, attacks: attacks.length, rejected });
  expect(during).toBeLessThan(Math.max(100, 4 * before));
  expect({ failed, rejected }).toEqual({ failed: 0, rejected: attacks.length });
  expect(scans.length).toBeGreaterThan(ATTACK_SECONDS);
  expect((await call(program, 'GET', `${SERVICES}/${uuid}?fields=name`)).status).toBe(200);
});
