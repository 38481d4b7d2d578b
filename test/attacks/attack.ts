/** How long an attack lasts, in seconds; `.ci/run` makes it shorter. */
export const ATTACK_SECONDS = Number(process.env.AIOS_ATTACK_SECONDS ?? 10);

/** Prints the figures of an attack as one line. */
export function printFigures(attack: string, figures: Record<string, number | string>): void {
  const values = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.info(`${attack}: ${values.join(', ')}`);
}
