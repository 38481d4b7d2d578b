import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { sqliteVersion } from './database.ts';

/** The environment of a run. */
export interface Machine {
  cores: number;
  processor: string;
  memoryGigabytes: number;
  system: string;
  node: string;
  sqlite: string;
}

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

export function writeResults(file: string, results: object): void {
  // Two runs differ within four significant digits.
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
}
