#!/usr/bin/env node
import module from 'node:module';
import { join } from 'node:path';
import { nodeVersionError } from './node-version.ts';

const problem = nodeVersionError(process.versions.node);
if (problem !== undefined) {
  console.error('aios-model-server:', problem);
  process.exit(1);
}
// Halves the time that V8 takes to load the program from the second start on; does nothing in a read-only folder.
module.enableCompileCache?.(join(import.meta.dirname, '.compile-cache'));
// Imported dynamically: with an older Node.js the SQLite driver crashes.
await import('./program.ts');
