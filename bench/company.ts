import { setTimeout } from 'node:timers/promises';
import { examples } from '../src/contract/examples.ts';
import { headersOf } from './load.ts';

/** What other clients do to a server while it bears a load. */
export interface BackgroundLoad {
  /** @returns how many answers were no success */
  stop: () => Promise<number>;
}

const ADDS_PER_SECOND = 20;
const SCANNING_CONNECTIONS = 2;

/**
 * Asks for what no index serves and no service has.
 * @param text another each time: an answer may be remembered while nothing changes in the database
 * @returns whether the answer is that there is none
 */
async function scan(api: string, text: string): Promise<boolean> {
  const q = encodeURIComponent(`description~=%${text}%`);
  const response = await fetch(`${api}/v1/ai/model-services?q=${q}&limit=20`, {
    headers: headersOf(undefined),
  });
  const { inventories } = (await response.json()) as { inventories?: unknown[] };
  return response.status === 200 && inventories?.length === 0;
}

/** @returns the milliseconds that one such query takes */
export async function timeScan(api: string, text: string): Promise<number> {
  const began = performance.now();
  if (!(await scan(api, text))) throw new Error('a full scan was not answered as it should be');
  return performance.now() - began;
}

let scans = 0;

/** Two connections that ask one such query after the other. */
export function startScanning(api: string): BackgroundLoad {
  let going = true;
  let failed = 0;
  const connections = Array.from({ length: SCANNING_CONNECTIONS }, async () => {
    while (going) {
      scans += 1;
      if (!(await scan(api, `zzz${scans}`).catch(() => false))) failed += 1;
    }
  });
  return {
    stop: async () => {
      going = false;
      await Promise.all(connections);
      return failed;
    },
  };
}

/** A client that adds services, so many a second, however long the answers take. */
export function startAdding(api: string): BackgroundLoad {
  let going = true;
  let failed = 0;
  const body = JSON.stringify(examples.AddModelService.request);
  const add = async () => {
    const response = await fetch(`${api}/v1/ai/model-services`, {
      method: 'POST',
      headers: headersOf(body),
      body,
    });
    await response.text();
    if (response.status !== 200) failed += 1;
  };
  const adding = (async () => {
    const began = performance.now();
    const pending: Promise<void>[] = [];
    while (going) {
      const due = began + (pending.length * 1000) / ADDS_PER_SECOND;
      await setTimeout(Math.max(due - performance.now(), 0));
      pending.push(
        add().catch(() => {
          failed += 1;
        }),
      );
    }
    await Promise.all(pending);
  })();
  return {
    stop: async () => {
      going = false;
      await adding;
      return failed;
    },
  };
}
