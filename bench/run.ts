import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Of a run, which goes with it. */
export const folder = mkdtempSync(join(tmpdir(), 'aios-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// With these as exits, what listens to the exit ends what was started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/**
 * A number that the environment sets.
 * @throws Error for what is no positive integer
 */
export function numberOf(variable: string, standard: number): number {
  const number = Number(process.env[variable] ?? standard);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${variable} must be a positive integer`);
}

/** Bundles a peer as this server is; returns the program's path. */
export async function bundlePeer(name: string): Promise<string> {
  const program = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [`bench/${name}.ts`],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return program;
}
