// Builds the program if it is missing or older than its sources, then runs it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '../..'));
const PROGRAM = 'dist/main.js';

if (isStale()) {
  try {
    await import('./build.mjs');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(
      'aios-model-server: the program is not built and the tools that build it are not installed: ' +
        'run `npm ci --include=dev`, then `npm start` again.',
    );
    process.exit(1);
  }
}
await import('../../dist/main.js');

function isStale() {
  if (!existsSync(PROGRAM)) return true;
  const built = statSync(PROGRAM).mtimeMs;
  const sources = ['src', 'assets', 'console', 'openapi'].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
  );
  return ['package-lock.json', ...sources].some((file) => statSync(file).mtimeMs > built);
}
