import { headersOf } from './load.ts';

/** Each connection runs one scan after the other. */
const SCANNING_CONNECTIONS = 2;

/** Queries of other clients that run while a load is measured. */
export interface BackgroundLoad {
  /** @returns the number of failed requests */
  stop: () => Promise<number>;
}

/** Starts two connections whose queries scan the whole table: no index serves them, and no row matches. */
export function startScanning(api: string): BackgroundLoad {
  let isRunning = true;
  let failed = 0;
  let scans = 0;
  const scan = async (): Promise<boolean> => {
    const q = encodeURIComponent(`description~=%zzz${scans++}%`);
    const response = await fetch(`${api}/v1/ai/model-services?q=${q}&limit=20`, {
      headers: headersOf(undefined),
    });
    const { inventories } = (await response.json()) as { inventories?: unknown[] };
    return response.status === 200 && inventories?.length === 0;
  };
  const connections = Array.from({ length: SCANNING_CONNECTIONS }, async () => {
    while (isRunning) if (!(await scan().catch(() => false))) failed++;
  });
  return {
    stop: async () => {
      isRunning = false;
      await Promise.all(connections);
      return failed;
    },
  };
}
