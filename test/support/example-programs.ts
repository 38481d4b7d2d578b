import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { startServer } from './server.ts';

/** A program of examples/ and the commands that show whether its tools are installed. */
export interface ExampleProgram {
  command: [program: string, ...args: string[]];
  needs: string[][];
}

/** Whether the tools of an example are installed; says so where they are not. */
export function isAtHand(name: string, needs: string[][]): boolean {
  const missing = needs.filter(([tool = '', ...args]) => spawnSync(tool, args).status !== 0);
  if (missing.length === 0) return true;
  const failed = missing.map((command) => command.join(' ')).join(', ');
  console.warn(`the example ${name} is skipped: it needs what these commands find: ${failed}`);
  return false;
}

async function run([program, ...args]: ExampleProgram['command'], env: Record<string, string>) {
  const options = { env: { ...process.env, ...env }, timeout: 280_000 };
  try {
    const { stdout } = await promisify(execFile)(program, args, options);
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** Runs an example against a server: it must print each step, and leave nothing behind. */
export async function expectFirstCalls({ command }: ExampleProgram): Promise<void> {
  const server = await startServer({ clock: Date.now });
  const { code, stdout, stderr } = await run(command, { AIOS_URL: server.url });

  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    'logged in as admin',
    expect.stringMatching(/^added the center [0-9a-f]{32}$/),
    expect.stringMatching(/^added the model [0-9a-f]{32}$/),
    expect.stringMatching(/^added the service [0-9a-f]{32}$/),
    'bound them, and found the service chat by its model',
    expect.stringMatching(
      /^the server answered (503 )?SYS\.1006: the model center\[.*\] has 1 model/,
    ),
    'removed everything',
  ]);
  expect(code).toBe(0);
  const { modelCenters, models, modelServices } = await server.store.readResources();
  expect([modelCenters, models, modelServices]).toEqual([[], [], []]);
}

/** Runs an example with a wrong password, which it must say and fail with. */
export async function expectFailedLogin({ command }: ExampleProgram): Promise<void> {
  const server = await startServer({ clock: Date.now });
  const env = { AIOS_URL: server.url, AIOS_PASSWORD: 'wrong' };
  const { code, stdout, stderr } = await run(command, env);

  expect(stderr).toContain('ID.1000');
  expect(stdout).toBe('');
  expect(code).toBe(1);
}
