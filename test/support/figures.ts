import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES_FOLDER, type Seen, toldFigures } from '../../src/scripts/reliability-table.ts';

/**
 * Prints what a test of faults has seen, and keeps it for the README's table.
 * @param name of the file it is kept in; the table is in the order of these names
 */
export function report(name: string, seen: Seen): void {
  console.log(`${seen.fault}: ${toldFigures(seen.figures)}`);
  mkdirSync(FIGURES_FOLDER, { recursive: true });
  writeFileSync(join(FIGURES_FOLDER, `${name}.json`), `${JSON.stringify(seen, null, 2)}\n`);
}
