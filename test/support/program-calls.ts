import type { Program } from './process.ts';
import { requiredServiceParams } from './resources.ts';
import { API, SESSION } from './server.ts';

export interface ProgramAnswer {
  status: number;
  retryAfter: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  body: any;
  /** From the call to the end of the answer. */
  milliseconds: number;
}

/** Sends a request with the known session. Rejects where no answer came. */
export async function call(
  { url }: Pick<Program, 'url'>,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<ProgramAnswer> {
  const start = performance.now();
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `OAuth ${SESSION}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
    milliseconds: performance.now() - start,
  };
}

/** Adds a service of this name, with a text of this many characters. */
export function addService(program: Program, name: string, characters = 100) {
  const yaml = 'y'.repeat(characters);
  return call(program, 'POST', `${API}/model-services`, {
    param: { ...requiredServiceParams, name, yaml },
  });
}

/**
 * The names of all services there are, in the order of their addition: read in pages that an index bounds,
 * since a busy machine may not read others within the second that they have.
 */
export async function serviceNames(program: Program): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const path = `${API}/model-services?limit=1000&start=${names.length}&fields=name`;
    const { inventories } = (await call(program, 'GET', path)).body;
    names.push(...inventories.map(({ name }: { name: string }) => name));
    if (inventories.length < 1000) return names;
  }
}

/** Resolves once the server says that it can be used; fails after some seconds. */
export async function untilHealthy(program: Program, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const { status, body } = await call(program, 'GET', '/_aios/health');
    if (status === 200) return;
    if (performance.now() > end) throw new Error(`not healthy: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The number that all but so many percent of the numbers don't exceed. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
