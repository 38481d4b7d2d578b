import type { Tables } from '../src/scripts/tables.ts';
import { formatFigure } from './speed-table.ts';

/** The servers and databases that are measured. */
export const SETUPS = {
  sqlite: { database: 'SQLite', servers: 1, name: 'one server on SQLite' },
  postgres: { database: 'PostgreSQL', servers: 1, name: 'one on PostgreSQL' },
  three: { database: 'PostgreSQL', servers: 3, name: 'three on PostgreSQL' },
} as const;
export type Setup = keyof typeof SETUPS;

/** In this order, so that the reads don't meet services that the adds have made. */
export const LOADS = {
  get: 'GetModelService by uuid',
  newest: 'QueryModelService, newest 100',
  add: 'AddModelService with two images',
} as const;
export type LoadName = keyof typeof LOADS;

/** How a bare Drizzle program may insert the rows of one AddModelService. */
export const WAYS = {
  transaction: 'a transaction',
  statements: 'three statements',
  'prepared statements': 'three prepared statements',
  'transaction of prepared statements': 'a transaction of prepared statements',
} as const;
export type Way = keyof typeof WAYS;

/** Requests a second, the milliseconds that 99 of 100 took at most, and what was not answered with success. */
export interface SetupRound {
  perSecond: number;
  p99: number;
  failed: number;
}

export interface PostgresResults {
  date: string;
  machine: Record<string, string | number>;
  tool: string;
  settings: Record<string, number>;
  /** One server compared with a bare Drizzle program. */
  besidePeer: {
    floor: number;
    /** The fastest way. */
    peer: Way;
    ratio: number;
    ratios: number[];
    ours: SetupRound[];
    ways: { way: Way; perSecond: number; rounds: number[] }[];
  };
  setups: {
    setup: Setup;
    loads: { load: LoadName; perSecond: number; p99: number; rounds: SetupRound[] }[];
  }[];
}

/** The tables of docs/scale.md. */
export function scaleTables(results: PostgresResults): Tables {
  return { scale: setupTable(results), bare: bareTable(results) };
}

/** Requests a second of each setup. */
function setupTable({ setups }: PostgresResults): string[][] {
  const cell = (setup: Setup, load: LoadName) => {
    const figures = setups.find((each) => each.setup === setup);
    const found = figures?.loads.find((each) => each.load === load);
    if (!found) throw new Error(`The results lack ${setup} ${load}.`);
    return `${formatFigure(found.perSecond, '/s')}, p99 ${formatFigure(found.p99, 'ms')}`;
  };
  const all = Object.keys(SETUPS) as Setup[];
  return [
    ['What', ...all.map((setup) => SETUPS[setup].name)],
    ...(Object.keys(LOADS) as LoadName[]).map((load) => [
      LOADS[load],
      ...all.map((setup) => cell(setup, load)),
    ]),
  ];
}

/** One server against a program that only inserts. */
function bareTable({ besidePeer }: PostgresResults): string[][] {
  const { peer, ratio, floor, ways } = besidePeer;
  return [
    ['Inserting the rows of a service by Drizzle alone', 'a second', ''],
    ...ways.map(({ way, perSecond }) => [
      WAYS[way],
      formatFigure(perSecond, '/s'),
      way === peer
        ? `AddModelService is ${formatFigure(ratio, '×')} of it, at least ${formatFigure(floor, '×')} is required`
        : '',
    ]),
  ];
}
