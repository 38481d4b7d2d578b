import { send } from '../api/client.ts';

/** What the server has counted since its start, at one time. */
export interface Sample {
  /** Milliseconds since the epoch, by the browser's clock. */
  time: number;
  /** The server's time. */
  date: string;
  /** When the server's process started, in milliseconds since the epoch. */
  started: number;
  build: Record<string, string>;
  operations: Map<string, Counts>;
}

export interface Counts {
  requests: number;
  /** Time of all requests together, in seconds. */
  seconds: number;
  /** Number of answers by status, from 400 on. */
  failures: Map<string, number>;
}

/** Reads the server's metrics; requests of pages and of the program's own routes are left out. @throws Failure */
export async function readSample(signal: AbortSignal): Promise<Sample> {
  const response = await send('GET', '_aios/metrics', undefined, signal);
  const date = response.headers.get('date') ?? '';
  const sample: Sample = { time: Date.now(), date, started: 0, build: {}, operations: new Map() };
  const lines = (await response.text()).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm);
  for (const [, name, list = '', number] of lines) {
    const pairs = [...list.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, key, label]) => [key, label]));
    const value = Number(number);
    if (name === 'process_start_time_seconds') sample.started = value * 1000;
    if (name === 'aios_build_info') sample.build = labels;
    const { operation = '/', code = '' } = labels;
    if (operation.startsWith('/')) continue;
    const none = { requests: 0, seconds: 0, failures: new Map() };
    const counts = sample.operations.get(operation) ?? none;
    sample.operations.set(operation, counts);
    if (name === 'aios_request_duration_seconds_sum') counts.seconds = value;
    if (name === 'aios_requests_total') counts.requests += value;
    if (name === 'aios_requests_total' && code >= '400') counts.failures.set(code, value);
  }
  return sample;
}

/** Requests a second between two samples, and their mean time in milliseconds; undefined where there is none. */
export function rateBetween(before: Sample, after: Sample) {
  const sumOf = ({ operations }: Sample, member: 'requests' | 'seconds') =>
    [...operations.values()].reduce((sum, counts) => sum + counts[member], 0);
  const requests = sumOf(after, 'requests') - sumOf(before, 'requests');
  const seconds = sumOf(after, 'seconds') - sumOf(before, 'seconds');
  if (before.started !== after.started) return {};
  return {
    perSecond: (requests * 1000) / (after.time - before.time),
    mean: requests === 0 ? undefined : (seconds * 1000) / requests,
  };
}
