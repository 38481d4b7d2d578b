import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { sqliteVersion } from './database.ts';
import {
  type AdditionalFigure,
  additionalFigures,
  LOADS,
  type LoadRound,
  type Measurement,
  measurements,
  median,
  type Taken,
} from './measurements.ts';
import type { Row } from './speed-table.ts';

/** How long and how much is measured. */
export interface Settings {
  /** Of each load, after a warm-up. */
  seconds: number;
  warmUpSeconds: number;
  rounds: number;
  connections: number;
  services: number;
}

export interface Figure extends Pick<Row, 'name' | 'unit' | 'how' | 'measured' | 'rounds'> {}

export interface Machine {
  cores: number;
  processor: string;
  memoryGigabytes: number;
  system: string;
  node: string;
  sqlite: string;
}

export interface Results {
  date: string;
  machine: Machine;
  tool: string;
  settings: Settings;
  rows: Row[];
  /** What has no floor. */
  figures: Figure[];
  loads: { name: string; rounds: LoadRound[] }[];
}

/** The row, unless what it takes could not be measured. */
export function rowOf({ roundsOf, ...row }: Measurement, taken: Taken): Row[] {
  const rounds = roundsOf(taken);
  if (rounds.length === 0) return [];
  const measured = median(rounds);
  const isMet = (bound: number) => (row.better === 'more' ? measured >= bound : measured <= bound);
  const met = isMet(row.goal) && isMet(row.floor) ? 'goal' : isMet(row.floor) ? 'floor' : 'none';
  return [{ ...row, measured, rounds, met }];
}

function figureOf({ roundsOf, ...figure }: AdditionalFigure, taken: Taken): Figure[] {
  const rounds = roundsOf(taken);
  return rounds.length === 0 ? [] : [{ ...figure, measured: median(rounds), rounds }];
}

/** What is measured on. */
export function machineOf(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? '',
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    sqlite: sqliteVersion(),
  };
}

export function resultsOf(taken: Taken, tool: string, settings: Settings): Results {
  return {
    date: new Date().toISOString(),
    machine: machineOf(),
    tool,
    settings,
    rows: measurements(settings.services).flatMap((each) => rowOf(each, taken)),
    figures: additionalFigures.flatMap((each) => figureOf(each, taken)),
    loads: Object.entries(taken.loads)
      .filter(([, rounds]) => rounds.length > 0)
      .map(([name, rounds]) => ({ name: LOADS[name as keyof typeof LOADS], rounds })),
  };
}

/** What makes a run fail. */
export function complaints({ rows, loads }: Results): string[] {
  return [
    ...rows.filter(({ met }) => met === 'none').map(({ name }) => `The floor is missed: ${name}.`),
    ...loads.flatMap(({ name, rounds }) => {
      const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
      return failed === 0 ? [] : [`Not every answer was a success: ${failed} of ${name}.`];
    }),
  ];
}

export function writeResults(file: string, results: object): void {
  // Four digits that count are more than two runs have in common.
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
}
