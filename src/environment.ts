import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const readFile = (path: string) => readFileSync(path, 'utf8');
// The package's folder is the parent of both src/ and dist/.
const packageFile = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// The build writes these to the bundle's folder, since the bundle has neither assets nor the worker's program.
const ifBuilt = (name: string) => [packageFile(`dist/${name}`)].find((path) => existsSync(path));

const { version }: { version: string } = JSON.parse(readFile(packageFile('package.json')));

/** What a server takes from the process and the package. */
export const environment = {
  version,
  nodeVersion: process.versions.node,
  migrationsFolder: packageFile('migrations'),
  docsAssets: packageFile('dist/static'),
  consoleAssets: packageFile('dist/console'),
  queryProgram: ifBuilt('query-process.js'),
  processLimits: existsSync('/proc/self/limits') ? readFile('/proc/self/limits') : '',
  readFile,
  print: (text: string) => void process.stdout.write(text),
  clock: () => Date.now(),
  now: () => performance.now(),
  pause: (milliseconds: number) => setTimeout(milliseconds),
  newUuid: () => randomUUID().replaceAll('-', ''),
};
