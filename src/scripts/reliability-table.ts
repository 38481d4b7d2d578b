import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where `npm run test:faults` keeps what it saw, a file for each row of the table. */
export const FIGURES_FOLDER = 'test/faults/figures';

/** What a test of faults has seen. */
export interface Seen {
  /** What was done to the server, as a noun phrase. */
  fault: string;
  /** What was counted, by its name, with the unit in the name. */
  figures: Record<string, number>;
}

/** A line that tells them. */
export function toldFigures(figures: Seen['figures']): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure.toLocaleString('en-US')}`)
    .join(', ');
}

export function reliabilityTable(): string[][] {
  const rows = readdirSync(FIGURES_FOLDER)
    .toSorted()
    .map((file): Seen => JSON.parse(readFileSync(join(FIGURES_FOLDER, file), 'utf8')));
  return [
    ['What is done', 'What is seen'],
    ...rows.map(({ fault, figures }) => [fault, toldFigures(figures)]),
  ];
}
