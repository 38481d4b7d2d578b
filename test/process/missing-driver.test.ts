import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { launch } from '../support/process.ts';

test.for([
  'file:aios.db',
  'memory:',
])('without the binary of the SQLite driver, a start on %s says so', async (url, context) => {
  const cwd = temporaryFolder(context);
  for (const name of ['dist', 'migrations', 'package.json', 'node_modules/better-sqlite3']) {
    const filter = (path: string) => !path.endsWith('.node');
    cpSync(name, join(cwd, name), { recursive: true, filter });
  }
  const command: [string, string] = [process.execPath, join(cwd, 'dist/main.js')];
  const program = await launch(context, { cwd, command, args: ['--database-url', url] });
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toMatch(
    /^aios-model-server: The SQLite driver .* has no binary .*\.\n$/,
  );
});
