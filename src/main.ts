#!/usr/bin/env node
import { nodeVersionError } from './node-version.ts';

const problem = nodeVersionError(process.versions.node);
if (problem !== undefined) {
  console.error('aios-model-server:', problem);
  process.exit(1);
}
// Imported dynamically: with an older Node.js the SQLite driver crashes.
await import('./program.ts');
