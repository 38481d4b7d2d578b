import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { folder } from './run.ts';

/** The commit of version 0.7.0, with which this version is compared. */
const COMMIT = 'a283ad2c2f673752ef08f45d219a94ead442ce42';

/**
 * Checks out version 0.7 in a clone of the repository and builds it.
 * @returns path of its program
 * @throws Error if the commit is not in the repository, as in a shallow clone
 */
export function buildReference(): string {
  const checkout = join(folder, 'v0.7');
  const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  run('.', 'git', 'clone', '--quiet', '--no-checkout', '.', checkout);
  run(checkout, 'git', 'checkout', '--quiet', COMMIT);
  // Scripts would compile its driver for older releases of Node.js, which is not needed.
  run(checkout, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  run(checkout, process.execPath, 'src/scripts/build.mjs');
  return join(checkout, 'dist/main.js');
}
