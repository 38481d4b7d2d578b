#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// V8 takes these settings, which `npm start` has too, only when it starts. Windows can't replace a process.
const main = fileURLToPath(new URL('main.js', import.meta.url));
const flags = ['--min-semi-space-size=8', '--max-semi-space-size=8'];
const args = [...flags, main, ...process.argv.slice(2)];
if (process.platform !== 'win32') {
  process.execve?.(process.execPath, [process.execPath, ...args], process.env);
}
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
