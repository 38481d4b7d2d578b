import { expect, test } from 'vitest';
import { describePostgres, postgresDatabase } from '../support/postgres.ts';
import { launchServing } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';
import { API } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures } from './attack.ts';

const STABLE = 300;
/** Services of each writer, all newer than the stable ones. */
const CHURNED = 2;
const WRITERS = 4;
const PAGE = 50;
/** More than the writers can delete between two pages. */
const OVERLAP = 2 * WRITERS;

interface Listed {
  uuid: string;
  name: string;
}

describePostgres('several writers on PostgreSQL', () => {
  test('tear no page', async (context) => {
    const AIOS_DATABASE_URL = await postgresDatabase(context);
    const program = await launchServing(context, { env: { AIOS_DATABASE_URL } });
    const add = async (name: string) => (await addService(program, name)).body.inventory.uuid;
    const list = async (query: string): Promise<{ inventories: Listed[]; total: number }> =>
      (await call(program, 'GET', `${API}/model-services?${query}`)).body;
    const stable: string[] = [];
    for (let count = 0; count < STABLE; count++) stable.push(await add('stable'));

    let isRunning = true;
    const until = async (work: () => Promise<void>) => {
      while (isRunning) await work();
    };
    const writers = Array.from({ length: WRITERS }, async () => {
      const own: string[] = [];
      let flips = 0;
      await until(async () => {
        own.push(await add('flip'));
        const flipped = own[flips++ % own.length];
        const updateModelService = { name: flips % 2 ? 'flop' : 'flip' };
        await call(program, 'PUT', `${API}/model-services/${flipped}`, { updateModelService });
        if (own.length > CHURNED)
          await call(program, 'DELETE', `${API}/model-services/${own.shift()}`);
      });
    });
    const figures = {
      pages: 0,
      short: 0,
      empty: 0,
      unsatisfied: 0,
      totals: 0,
      clients: 0,
      missed: 0,
    };
    const readers = [
      until(async () => {
        const { inventories } = await list(`limit=${PAGE}&sort=-createDate`);
        figures.pages++;
        if (inventories.length < PAGE) figures.short++;
      }),
      until(async () => {
        if ((await list('limit=1&sort=-createDate')).inventories.length === 0) figures.empty++;
      }),
      until(async () => {
        const { inventories, total } = await list('q=name=flip&replyWithCount=true');
        figures.unsatisfied += inventories.filter(({ name }) => name !== 'flip').length;
        if (inventories.length !== total) figures.totals++;
      }),
      until(async () => {
        const missed = new Set(stable);
        for (let start = 0; ; start += PAGE - OVERLAP) {
          const page = await list(`limit=${PAGE}&start=${start}&sort=-createDate`);
          for (const { uuid } of page.inventories) missed.delete(uuid);
          if (page.inventories.length < PAGE) break;
        }
        figures.clients++;
        if (missed.size > 0) figures.missed++;
      }),
    ];
    setTimeout(() => {
      isRunning = false;
    }, ATTACK_SECONDS * 1000);
    await Promise.all([...writers, ...readers]);
    printFigures('torn pages on PostgreSQL', figures);
    const { pages, clients, ...torn } = figures;
    expect(pages * clients).toBeGreaterThan(0);
    expect(torn).toEqual({ short: 0, empty: 0, unsatisfied: 0, totals: 0, missed: 0 });
  });
});
