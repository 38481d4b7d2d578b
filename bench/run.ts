import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The run's temporary folder, removed at exit. */
export const folder = mkdtempSync(join(tmpdir(), 'aios-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// A signal then also runs the `exit` listeners, which end child processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/**
 * A number from an environment variable.
 * @throws Error unless it is a positive integer
 */
export function numberOf(variable: string, standard: number): number {
  const number = Number(process.env[variable] ?? standard);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${variable} must be a positive integer`);
}

/** Bundles a program of this folder as the server is bundled; returns its path. */
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
