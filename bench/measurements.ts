import type { Measured } from './load.ts';
import type { Row } from './speed-table.ts';

/** A load as one round measured it. */
export interface LoadRound extends Measured {
  /** Of the server, for each request; undefined where the system doesn't tell. */
  cpuMicroseconds: number | undefined;
}

/** Every load by its name, with the server that bears it. */
export const LOADS = {
  add: 'AddModelService',
  addBare: 'AddModelService, bare Fastify',
  addPrism: 'AddModelService, Prism',
  get: 'GET by uuid',
  getBare: 'GET by uuid, bare Fastify',
  getPrism: 'GET by uuid, Prism',
  getFew: 'GET by uuid, few rows',
  getMany: 'GET by uuid, many rows',
  getAny: 'GET by uuid, any of many rows',
  newest: 'newest 100',
  samePrefix: 'name~=abc%, again and again',
  otherPrefix: 'name~=…%, another each time',
  name: 'name=',
  refs: 'refs of one model',
  getWhileScanning: 'GET by uuid during full scans',
  newestWhileAdding: 'newest 100 during 20 adds/s',
} as const;
export type LoadName = keyof typeof LOADS;

/** All that was measured, a member of each list for each round; what could not be is empty. */
export interface Taken {
  loads: Record<LoadName, LoadRound[]>;
  /** Milliseconds from the start of the process to the first good answer. */
  coldStart: number[];
  coldStartPrism: number[];
  /** Milliseconds that one full-scan query takes, when nothing else is asked. */
  fullScan: number[];
  /** Megabytes after all loads. */
  memory: number[];
}

export const emptySamples = (): Taken => ({
  loads: Object.fromEntries(
    Object.keys(LOADS).map((name) => [name, []]),
  ) as unknown as Taken['loads'],
  coldStart: [],
  coldStartPrism: [],
  fullScan: [],
  memory: [],
});

/** A row of the table before it is measured, with where its rounds are taken from. */
export interface Measurement extends Omit<Row, 'measured' | 'rounds' | 'met'> {
  roundsOf: (taken: Taken) => number[];
}

/** A figure that has no floor. */
export interface AdditionalFigure extends Pick<Row, 'name' | 'unit' | 'how'> {
  roundsOf: (taken: Taken) => number[];
}

const perSecond =
  (name: LoadName) =>
  ({ loads }: Taken) =>
    loads[name].map((round) => round.perSecond);
const p99 =
  (name: LoadName) =>
  ({ loads }: Taken) =>
    loads[name].map((round) => round.p99);
const ratios = (some: number[], others: number[]) =>
  others.map((other, round) => (some[round] ?? Number.NaN) / other);
const speedRatios = (name: LoadName, peer: LoadName) => (taken: Taken) =>
  ratios(perSecond(name)(taken), perSecond(peer)(taken));

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
  );
}

/** The rows of the table, where the many rows are so many. */
export function measurements(services: number): Measurement[] {
  const many = services.toLocaleString('en-US');
  return [
    {
      name: 'AddModelService, durable, against a bare Fastify POST',
      how: 'Requests a second of both in turn, on an empty database in each round; the peer has the same schemas and payloads, and keeps nothing.',
      unit: '×',
      better: 'more',
      floor: 0.25,
      goal: 0.35,
      roundsOf: speedRatios('add', 'addBare'),
    },
    {
      name: 'p99 of the same',
      how: 'Of the same requests.',
      unit: 'ms',
      better: 'less',
      floor: 50,
      goal: 40,
      roundsOf: p99('add'),
    },
    {
      name: 'AddModelService against Prism',
      how: 'Requests a second of both in turn; Prism mocks the OpenAPI document, with its log switched off.',
      unit: '×',
      better: 'more',
      floor: 1.5,
      goal: 2,
      roundsOf: speedRatios('add', 'addPrism'),
    },
    {
      name: 'GET by uuid against a bare Fastify GET',
      how: 'Requests a second of both in turn, for the services that the round has added, one drawn for each request.',
      unit: '×',
      better: 'more',
      floor: 0.28,
      goal: 0.45,
      roundsOf: speedRatios('get', 'getBare'),
    },
    {
      name: `newest 100 services of ${many}`,
      how: '`limit=100&sort=-createDate`, again and again: a page is remembered while nothing changes in the database.',
      unit: '/s',
      better: 'more',
      floor: 500,
      goal: 1000,
      roundsOf: perSecond('newest'),
    },
    {
      name: `\`name~=abc%\` limit 20 of ${many}`,
      how: 'This prefix, which 200 names have, again and again: a page is remembered while nothing changes in the database.',
      unit: '/s',
      better: 'more',
      floor: 1000,
      goal: 2000,
      roundsOf: perSecond('samePrefix'),
    },
    {
      name: `\`name=x\` of ${many}`,
      how: 'A name drawn from all for each request.',
      unit: '/s',
      better: 'more',
      floor: 1000,
      goal: 2000,
      roundsOf: perSecond('name'),
    },
    {
      name: `services of one model, of ${many}`,
      how: '`modelServiceRefs.modelUuid=…`, a model drawn from all for each request; each has ten services.',
      unit: '/s',
      better: 'more',
      floor: 1000,
      goal: 2000,
      roundsOf: perSecond('refs'),
    },
    {
      name: `GET by uuid at ${many} rows against 1,000 rows`,
      how: 'Requests a second of two servers in turn, a uuid drawn from the same number of them for each request.',
      unit: '×',
      better: 'more',
      floor: 0.8,
      goal: 0.95,
      roundsOf: speedRatios('getMany', 'getFew'),
    },
    {
      name: `p99 of GET by uuid during full scans of ${many} rows`,
      how: 'Two other connections ask `description~=%…%` without a pause, another text each time.',
      unit: 'ms',
      better: 'less',
      floor: 100,
      goal: 50,
      roundsOf: p99('getWhileScanning'),
    },
    {
      name: 'cold start to healthy against Prism',
      how: 'From the start of the process to the first good answer, on a database that is there; in turn.',
      unit: '×',
      better: 'less',
      floor: 0.6,
      goal: 0.3,
      roundsOf: ({ coldStart, coldStartPrism }) => ratios(coldStart, coldStartPrism),
    },
    {
      name: `memory after load, at ${many} rows`,
      how: 'Resident set of the process after all loads on that database.',
      unit: 'MB',
      better: 'less',
      floor: 250,
      goal: 150,
      roundsOf: ({ memory }) => memory,
    },
  ];
}

export const additionalFigures: AdditionalFigure[] = [
  {
    name: 'GET by uuid where each of the many rows is as likely',
    how: 'Most requests then read pages of the file that no processor cache holds.',
    unit: '/s',
    roundsOf: perSecond('getAny'),
  },
  {
    name: '`name~=…%` limit 20, another prefix each time',
    how: 'Each prefix has about a hundred names: nothing is remembered.',
    unit: '/s',
    roundsOf: perSecond('otherPrefix'),
  },
  {
    name: 'newest 100 while another client adds 20 services a second',
    how: 'Nothing is remembered for longer than 50 ms.',
    unit: '/s',
    roundsOf: perSecond('newestWhileAdding'),
  },
  {
    name: 'GET by uuid against Prism',
    how: 'As against bare Fastify.',
    unit: '×',
    roundsOf: speedRatios('get', 'getPrism'),
  },
  {
    name: 'one full-scan query',
    how: 'When nothing else is asked.',
    unit: 'ms',
    roundsOf: ({ fullScan }) => fullScan,
  },
  {
    name: 'cold start to healthy',
    how: 'From the start of the process to the first 200 of `/_aios/health`.',
    unit: 'ms',
    roundsOf: ({ coldStart }) => coldStart,
  },
  {
    name: 'cold start of Prism',
    how: 'From the start of the process to its first answer.',
    unit: 'ms',
    roundsOf: ({ coldStartPrism }) => coldStartPrism,
  },
];
