import type { Measured } from './load.ts';
import type { Row } from './speed-table.ts';

/** The figures of one load, and the processor time that the server took meanwhile; NaN without /proc. */
export interface CpuMeasured extends Measured {
  cpuSeconds: number;
}

/** The figures of one load in one round. */
export interface LoadRound extends Measured {
  /** Processor time of the server for each request, in microseconds. */
  cpuMicroseconds: number;
}

/** The samples of one version; a list of a load or of its memory has one member for each round. */
export interface Samples {
  loads: Record<LoadName, LoadRound[]>;
  /** Milliseconds from the start of the process to healthy. */
  coldStart: number[];
  /** Megabytes after a round's reads of 20,000 services. */
  memory: number[];
  /** Megabytes after a start with a seed of 100,000 services. */
  seedMemory: number[];
}

/** The names of the loads in the table. */
export const LOADS = {
  add: 'AddModelService',
  update: 'UpdateModelService',
  clone: 'CloneModelService',
  get: 'GET by uuid of 20,000',
  name: '`q=name=` of 20,000',
  list: 'list of 100, any page of 10,000',
  getMany: 'GET by uuid of 1,000,000',
  nameMany: '`q=name=` of 1,000,000',
  listMany: 'list of 100 of 1,000,000',
  addTyped: 'AddModelService with `X-JSON-Schema`',
  getTyped: 'GET by uuid with `X-JSON-Schema`',
  listTyped: 'list of 100 with `X-JSON-Schema`',
  getWhileScanning: 'GET by uuid during scans of 100,000',
} as const;
export type LoadName = keyof typeof LOADS;

export const emptySamples = (): Samples => ({
  loads: Object.fromEntries(
    Object.keys(LOADS).map((name) => [name, []]),
  ) as unknown as Samples['loads'],
  coldStart: [],
  memory: [],
  seedMemory: [],
});

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
  );
}

/** Joins the measurements of one round: latencies are those of the worse one. */
export function joinHalves(halves: readonly CpuMeasured[]): LoadRound {
  const sum = (of: (half: CpuMeasured) => number) =>
    halves.reduce((total, half) => total + of(half), 0);
  const answers = sum((half) => half.answers);
  return {
    perSecond: sum(({ perSecond }) => perSecond) / halves.length,
    p50: Math.max(...halves.map(({ p50 }) => p50)),
    p99: Math.max(...halves.map(({ p99 }) => p99)),
    failed: sum(({ failed }) => failed),
    answers,
    cpuMicroseconds: (sum(({ cpuSeconds }) => cpuSeconds) / answers) * 1e6,
  };
}

/** The ratio of two loads' processor times: the median of the rounds, in each of which both were measured together. */
function cpuRatio(loads: readonly LoadRound[], others: readonly LoadRound[]): number {
  return median(
    loads.map(
      ({ cpuMicroseconds }, round) =>
        cpuMicroseconds / (others[round]?.cpuMicroseconds ?? Number.NaN),
    ),
  );
}

const p99Of = ({ loads }: Samples, name: LoadName): number =>
  median(loads[name].map(({ p99 }) => p99));

/** Computes the rows of the table, each a figure with its bound, from the samples of this version and of 0.7. */
export function rowsOf(current: Samples, old: Samples): Row[] {
  const cpu = (name: LoadName, floor: number): Row => ({
    name: `${LOADS[name]}: processor time against 0.7`,
    unit: '×',
    measured: cpuRatio(current.loads[name], old.loads[name]),
    floor,
  });
  const p99 = (name: LoadName, floor: number): Row => ({
    name: `${LOADS[name]}: p99`,
    unit: 'ms',
    measured: p99Of(current, name),
    floor,
  });
  const growth = (many: LoadName, few: LoadName): Row => ({
    name: `${LOADS[many]}: processor time against 20,000`,
    unit: '×',
    measured: cpuRatio(current.loads[many], current.loads[few]),
    floor: 1.3,
  });
  // At least 0.6 of the rate without the header.
  const typed = (name: LoadName, untyped: LoadName): Row => ({
    name: `${LOADS[name]}: processor time against without`,
    unit: '×',
    measured: cpuRatio(current.loads[name], current.loads[untyped]),
    floor: 1 / 0.6,
  });
  return [
    cpu('add', 1.1),
    p99('add', 60),
    cpu('update', 1.1),
    p99('update', 60),
    cpu('clone', 1.1),
    p99('clone', 60),
    cpu('get', 1.1),
    cpu('name', 1.1),
    cpu('list', 1.25),
    growth('getMany', 'get'),
    growth('nameMany', 'name'),
    growth('listMany', 'list'),
    typed('addTyped', 'add'),
    typed('getTyped', 'get'),
    typed('listTyped', 'list'),
    p99('getWhileScanning', 30),
    {
      name: 'cold start to healthy against 0.7',
      unit: '×',
      measured: median(current.coldStart) / median(old.coldStart),
      floor: 1,
    },
    { name: 'cold start to healthy', unit: 'ms', measured: median(current.coldStart), floor: 350 },
    {
      name: 'memory after load against 0.7',
      unit: '×',
      measured: median(current.memory) / median(old.memory),
      floor: 1,
    },
    {
      name: 'memory after a start with a seed of 100,000 services',
      unit: 'MB',
      measured: median(current.seedMemory),
      floor: 350,
    },
  ].filter(({ measured }) => !Number.isNaN(measured)) as Row[];
}
