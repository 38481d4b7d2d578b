import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Finishing, temporaryFolder } from './folder.ts';

/** The paths of what `npm pack` takes from the last build, in their order. */
export function packedFiles(): string[] {
  const options = ['--dry-run', '--json', '--ignore-scripts'];
  const report = JSON.parse(execFileSync('npm', ['pack', ...options], { encoding: 'utf8' }));
  return report[0].files.map(({ path }: { path: string }) => path);
}

/**
 * Makes a folder in which the package is installed: exactly the packed files, and links to other packages.
 * @param linked names of the packages that are linked, in addition to the package's dependency
 */
export function installPackage(context: Finishing, linked: readonly string[] = []): string {
  const folder = temporaryFolder(context);
  const installed = join(folder, 'node_modules/aios-model-server');
  for (const path of packedFiles()) cpSync(path, join(installed, path));
  for (const name of ['better-sqlite3', ...linked]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
  return folder;
}
