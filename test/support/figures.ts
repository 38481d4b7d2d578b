import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tables, writeTables } from '../../src/scripts/tables.ts';

/** Where `npm run test:faults` stores what it counted, a file for each row of the table. */
const FIGURES_FOLDER = 'test/faults/figures';
/** The name of the failovers' file. */
export const FAILOVER = '3-failover';

/** What a fault test has counted. */
export interface Seen {
  /** What was done to the server, as a noun phrase. */
  fault: string;
  /** Counts by name, with the unit in the name. */
  figures: Record<string, number>;
  /** How many seconds passed each time before writes went on, by what was done, with the most that is allowed. */
  pauses?: Record<string, { seconds: string; limit: number }>;
}

/**
 * Prints what a fault test has counted, and writes it to its file and to docs/reliability.md.
 * @param name of the file; the table is in the order of these names
 */
export function report(name: string, seen: Seen): void {
  console.log(`${seen.fault}: ${formatFigures(seen.figures)}`);
  mkdirSync(FIGURES_FOLDER, { recursive: true });
  writeFileSync(join(FIGURES_FOLDER, `${name}.json`), `${JSON.stringify(seen, null, 2)}\n`);
  writeTables('docs/reliability.md', reliabilityTables());
  if (seen.pauses) writeTables('docs/scale.md', failoverTables());
}

/** The table of docs/reliability.md. */
export function reliabilityTables(): Tables {
  const rows = readdirSync(FIGURES_FOLDER)
    .toSorted()
    .map((file): Seen => JSON.parse(readFileSync(join(FIGURES_FOLDER, file), 'utf8')))
    .map(({ fault, figures }) => [fault, formatFigures(figures)]);
  return { reliability: [['Fault', 'Counted'], ...rows] };
}

/** The table of docs/scale.md with the pauses of failovers. */
export function failoverTables(): Tables {
  const file = join(FIGURES_FOLDER, `${FAILOVER}.json`);
  const { pauses = {} }: Seen = JSON.parse(readFileSync(file, 'utf8'));
  const rows = Object.entries(pauses).map(([event, pause]) => [
    event,
    pause.seconds,
    `${pause.limit}`,
  ]);
  return { failover: [['What fails', 'Seconds until writes go on', 'At most'], ...rows] };
}

function formatFigures(figures: Seen['figures']): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure.toLocaleString('en-US')}`)
    .join(', ');
}
